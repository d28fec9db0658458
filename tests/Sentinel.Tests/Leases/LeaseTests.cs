using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Leases;

public sealed class LeaseTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Owner Shell = new(new ProcessIdentity(812, 99, "boot"), "bash");

    [Theory]
    [InlineData(0, null)]
    [InlineData(7199.999, null)]
    [InlineData(7200, "its --ttl of 2h has expired")]
    [InlineData(1e6, "its --ttl of 2h has expired")]
    // Somebody has set the clock back.
    [InlineData(-60, null)]
    public void It_is_over_when_its_time_is_up_and_not_before(double seconds, string? why) => Assert.Equal(
        why, new Lease { Term = Term.From(Now, TimeSpan.FromHours(2)) }.WhyOver(Now.AddSeconds(seconds), _ => false));

    [Fact]
    public void It_is_over_when_its_owner_has_ended()
    {
        var lease = new Lease { Owner = Shell };

        Assert.Null(lease.WhyOver(Now.AddYears(1), owner => owner == Shell.Identity));
        Assert.Equal("bash (pid 812) has ended", lease.WhyOver(Now, owner => owner != Shell.Identity));
    }

    [Fact]
    public void Whichever_comes_first_ends_it()
    {
        var lease = new Lease { Owner = Shell, Term = Term.From(Now, TimeSpan.FromSeconds(90)) };

        Assert.Null(lease.WhyOver(Now, _ => true));
        Assert.Equal("its --ttl of 90s has expired", lease.WhyOver(Now.AddHours(1), _ => true));
        Assert.Equal("bash (pid 812) has ended", lease.WhyOver(Now, _ => false));
    }

    [Fact]
    public void A_session_alone_is_never_over_by_itself()
    {
        var lease = new Lease { Session = "s1" };

        Assert.Null(lease.WhyOver(Now.AddYears(100), _ => false));
        Assert.False(lease.Ends);
    }

    [Fact]
    public void One_that_is_renewed_has_its_whole_time_before_it()
    {
        var lease = new Lease { Owner = Shell, Term = Term.From(Now, TimeSpan.FromHours(2)), Session = "s1" };

        Assert.Equal(lease with { Term = new Term(TimeSpan.FromHours(2), Now.AddHours(5)) }, lease.Renewed(Now.AddHours(3)));
        Assert.Equal(new Lease { Owner = Shell }, new Lease { Owner = Shell }.Renewed(Now));
    }

    [Theory]
    [InlineData("12345", true)]
    [InlineData("feature/login 2", true)]
    [InlineData("9b2f4c1e-7f0d-4a43-8d53-0b1f2f9f8f55", true)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\u001b[31m", false)]
    public void A_session_is_any_text_of_a_line(string text, bool isSession) => Assert.Equal(isSession, Lease.IsSession(text));

    [Fact]
    public void A_session_is_no_longer_than_64_characters()
    {
        Assert.True(Lease.IsSession(new string('s', 64)));
        Assert.False(Lease.IsSession(new string('s', 65)));
    }
}
