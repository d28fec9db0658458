using Sentinel.Core.Home;
using Sentinel.Serve.Access;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Serve;

public sealed class CredentialsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Clock _clock = new();

    [Fact]
    public void A_code_is_good_once_and_for_a_minute()
    {
        var credentials = Make();
        var (one, other) = (credentials.NewCode(), credentials.NewCode());

        Assert.NotNull(credentials.CookieFor(one));
        Assert.Null(credentials.CookieFor(one));
        _clock.Advance(Credentials.CodeTime + TimeSpan.FromSeconds(1));
        Assert.Null(credentials.CookieFor(other));
    }

    [Fact]
    public void A_cookie_is_good_for_hours_also_after_a_restart_and_no_longer_than_the_token()
    {
        var credentials = Make();
        var cookie = credentials.CookieFor(credentials.NewCode())!;

        Assert.Equal(Rights.Change, Make().OfCookie(cookie));
        _clock.Advance(Credentials.CookieTime - TimeSpan.FromMinutes(1));
        Assert.Equal(Rights.Change, credentials.OfCookie(cookie));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Rights.None, credentials.OfCookie(cookie));

        cookie = credentials.CookieFor(credentials.NewCode())!;
        File.Delete(_folder["api-token"]);
        Assert.Equal(Rights.None, Make().OfCookie(cookie));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("x.y")]
    [InlineData("99999999999999999999.0")]
    [InlineData("1.2.3")]
    public void What_is_no_cookie_lets_nobody_in(string cookie) => Assert.Equal(Rights.None, Make().OfCookie(cookie));

    [Fact]
    public void Each_token_allows_its_own()
    {
        var credentials = Make();

        Assert.Equal(Rights.Change, credentials.OfToken(File.ReadAllText(_folder["api-token"])));
        Assert.Equal(Rights.Look, credentials.OfToken(File.ReadAllText(_folder["api-token.read-only"])));
        Assert.Equal(Rights.None, credentials.OfToken(""));
    }

    [Fact]
    public void A_token_that_others_may_read_or_that_is_none_is_refused()
    {
        Make();
        File.SetUnixFileMode(_folder["api-token"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("others than you may read", Assert.Throws<IOException>(Make).Message);
        File.Delete(_folder["api-token"]);
        Make();
        File.WriteAllText(_folder["api-token"], "secret");
        Assert.Contains("holds no token", Assert.Throws<IOException>(Make).Message);
    }

    public void Dispose() => _folder.Dispose();

    private Credentials Make() => new(new SentinelHome(_folder.Path), _clock);
}
