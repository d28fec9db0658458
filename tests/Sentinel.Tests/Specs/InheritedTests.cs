using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class InheritedTests
{
    private static readonly Gen<Inherited> AnyInherited = Gen.Select(
        Gen.Select(Gen.Int[0, 13], Gen.ULong).Select((name, hard) => new ResourceLimit(ResourceLimit.Names[name], hard / 2, hard)).Array[0, 3],
        Gen.Select(Gen.Int[-20, 19], Gen.Int[0, 30000], Gen.Int[-1000, 1000], Gen.Int[0, 600]),
        Gen.Int[0, 99].Array[1, 4].Null(),
        Gen.Bool,
        Gen.UInt,
        Gen.UInt.Array[0, 4]).Select((limits, numbers, cpus, closed, group, groups) => new Inherited
        {
            Limits = limits,
            Nice = numbers.Item1,
            IoPriority = numbers.Item2,
            OomScoreAdjust = numbers.Item3,
            Policy = numbers.Item4,
            Cpus = cpus?.Distinct().Order().ToArray(),
            NoNewPrivileges = closed,
            Group = group,
            Groups = groups,
        });

    [Fact]
    public void What_is_written_is_read_as_it_was() => AnyInherited.Sample(inherited =>
    {
        var read = Inherited.Parse(inherited.ToString());
        Assert.Equal(inherited.ToString(), read.ToString());
        Assert.Equal(inherited.Limits, read.Limits);
        Assert.Equal(inherited.Groups, read.Groups);
        Assert.Equal(inherited.Cpus, read.Cpus);
    });

    [Fact]
    public void What_says_nothing_takes_no_room()
    {
        Assert.Equal("gid=0", new Inherited().ToString());
        Assert.Equal("gid=7 nice=3 limits=nofile=512:1024", new Inherited { Group = 7, Nice = 3, Limits = [new ResourceLimit("nofile", 512, 1024)] }.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("gid")]
    [InlineData("gid=0 nice=low")]
    [InlineData("gid=0 moon=full")]
    public void What_is_nothing_of_the_kind_is_refused(string text) => Assert.Throws<FormatException>(() => Inherited.Parse(text));

    [Fact]
    public void What_is_not_limited_is_unlimited() =>
        Assert.Equal(new ResourceLimit("core", ResourceLimit.Unlimited, ResourceLimit.Unlimited), new Inherited().Limit("core"));
}
