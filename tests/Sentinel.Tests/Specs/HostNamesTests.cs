using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class HostNamesTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Groups = new() { ["web"] = ["deploy@w1", "w2"], ["db"] = ["w2", "d1"] };

    [Fact]
    public void Groups_stand_for_their_machines_and_each_machine_comes_once()
    {
        var hosts = HostNames.Parse("db, web,root@d1", Groups);
        Assert.Equal(["w2", "d1", "deploy@w1", "root@d1"], hosts.Select(host => host.Destination));
    }

    [Fact]
    public void A_label_has_the_user_only_where_it_is_needed()
    {
        Assert.Equal(["m1", "m2"], HostNames.Parse("a@m1,b@m2", Groups).Select(host => host.Label));
        Assert.Equal(["a@m1", "b@m1", "m2"], HostNames.Parse("a@m1,b@m1,c@m2", Groups).Select(host => host.Label));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,,b")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("$(x)")]
    [InlineData("a'b")]
    public void What_ssh_or_a_shell_would_take_for_something_else_is_refused(string text) =>
        Assert.Throws<FormatException>(() => HostNames.Parse(text, Groups));

    [Theory]
    [InlineData("m1")]
    [InlineData("user@10.0.0.7")]
    [InlineData("ssh://user@m1:2222")]
    [InlineData("[::1]")]
    [InlineData("büro")]
    public void What_ssh_takes_is_taken(string name) => Assert.Null(HostNames.WhyNot(name));

    [Fact]
    public void So_many_machines_are_for_an_engine() =>
        Assert.Throws<FormatException>(() => HostNames.Parse(string.Join(',', Enumerable.Range(0, 101)), Groups));
}
