using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Linux;

public sealed class InheritanceTests
{
    private static readonly Rights None = default, Root = new(ulong.MaxValue);

    private static readonly Inherited Own = new() { Group = 7, Groups = [7, 9], Limits = [new ResourceLimit("nofile", 1024, 4096)] };

    [Fact]
    public void What_is_the_same_needs_nothing()
    {
        Assert.True(Inheritance.Together(Treatment.None, Own, Own, None).IsNone);
        Assert.Null(Inheritance.Missing(Treatment.None, Own, Own, None));
        Assert.False(Inheritance.SetsGroups(Own, Own, Root));
    }

    [Fact]
    public void What_is_asked_for_goes_before_what_is_inherited()
    {
        var asked = new Treatment { Nice = 9, Limits = [new ResourceLimit("nofile", 5, 5)] };
        var together = Inheritance.Together(asked, Own with { Nice = 3, Limits = [new ResourceLimit("nofile", 1, 1), new ResourceLimit("core", 0, 0)] }, Own, Root);
        Assert.Equal(9, together.Nice);
        Assert.Equal(["nofile=5", "core=0"], together.Limits.Select(limit => limit.ToString()));
    }

    [Fact]
    public void A_limit_that_only_we_have_is_lifted() =>
        Assert.Equal(["nofile=unlimited"], Inheritance.Together(Treatment.None, Own with { Limits = [] }, Own, Root).Limits.Select(limit => limit.ToString()));

    [Theory]
    // A hard limit that may not be raised is as high as ours, and that is all the same while what it may have is not less.
    [InlineData("nofile=2000:9999", "nofile=2000:4096", null)]
    [InlineData("nofile=9999", "nofile=4096", "its caller's limit nofile=9999: its own is 4096 at most")]
    public void Without_the_right_to_more_a_limit_is_as_near_as_it_can_be(string wanted, string given, string? missing)
    {
        var inherited = Own with { Limits = [ResourceLimit.Parse(wanted)] };
        Assert.Equal([given], Inheritance.Together(Treatment.None, inherited, Own, None).Limits.Select(limit => limit.ToString()));
        Assert.Equal(missing, Inheritance.Missing(Treatment.None, inherited, Own, None));
        Assert.Equal([wanted], Inheritance.Together(Treatment.None, inherited, Own, Root).Limits.Select(limit => limit.ToString()));
        Assert.Null(Inheritance.Missing(Treatment.None, inherited, Own, Root));
    }

    [Fact]
    public void What_only_root_may_give_is_left_and_told()
    {
        var wanted = Own with { Limits = [.. Own.Limits, new ResourceLimit("nice", 0, 0)] };
        var busy = wanted with { Nice = 5, OomScoreAdjust = 100, NoNewPrivileges = true };
        Assert.True(Inheritance.Together(Treatment.None, wanted, busy, None).IsNone);
        Assert.Contains("nice of 0", Inheritance.Missing(Treatment.None, wanted, busy, None));
        Assert.Contains("OOM", Inheritance.Missing(new Treatment { Nice = 5 }, wanted, busy, None));
        // Nobody may give that back.
        Assert.Contains("no_new_privs", Inheritance.Missing(Treatment.None, wanted, busy, Root));
        Assert.Contains("groups (7, 27)", Inheritance.Missing(Treatment.None, Own with { Groups = [27] }, Own, None));
        Assert.True(Inheritance.SetsGroups(Own with { Groups = [27] }, Own, Root));
        // Who has a user of its own has that one's.
        Assert.Null(Inheritance.Missing(new Treatment { User = "web" }, Own with { Groups = [27] }, Own, None));
    }

    [Fact]
    public void CPUs_that_only_we_are_kept_to_are_given_back()
    {
        var kept = Own with { Cpus = [0] };
        Assert.Equal(1024, Inheritance.Together(Treatment.None, Own, kept, None).Cpus!.Count);
        Assert.Equal([0], Inheritance.Together(Treatment.None, kept, Own, None).Cpus!);
        Assert.Null(Inheritance.Together(Treatment.None, kept, Own with { Cpus = [0] }, None).Cpus);
    }
}
