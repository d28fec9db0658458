using Sentinel.Model.Policy;

namespace Sentinel.Tests.Policy;

public sealed class RunCookieTests
{
    [Theory]
    [InlineData(0, "web")]
    [InlineData(1, "web.1")]
    [InlineData(1_234_567, "web.1234567")]
    public void A_run_has_the_cookie_of_its_record_with_its_number(int run, string cookie)
    {
        Assert.Equal(cookie, RunCookie.Of("web", run));
        Assert.Equal(("web", run), (RunCookie.RecordOf(cookie), RunCookie.RunOf(cookie)));
    }

    [Theory]
    [InlineData("web.", "web")]
    [InlineData("web.x.1", "web")]
    [InlineData("web.-1", "web")]
    [InlineData("web.99999999999999999999", "web")]
    [InlineData("7", "7")]
    [InlineData("", "")]
    public void Whatever_a_process_makes_up_is_read(string seen, string record) =>
        Assert.Equal((record, 0), (RunCookie.RecordOf(seen), RunCookie.RunOf(seen)));
}
