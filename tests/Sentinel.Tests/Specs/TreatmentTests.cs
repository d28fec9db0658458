using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class TreatmentTests
{
    [Theory]
    [InlineData("idle", 3, 0)]
    [InlineData("best-effort", 2, 4)]
    [InlineData("best-effort:0", 2, 0)]
    [InlineData("realtime:7", 1, 7)]
    public void Io_priorities_are_read_and_written(string text, int kind, int level)
    {
        Assert.Equal(new IoPriority(kind, level), IoPriority.Parse(text));
        Assert.Equal(new IoPriority(kind, level), IoPriority.Parse(new IoPriority(kind, level).ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("idle:1")]
    [InlineData("realtime:8")]
    [InlineData("realtime:-1")]
    [InlineData("realtime:1:2")]
    public void What_is_no_io_priority_says_what_is(string text) =>
        Assert.Equal($"--ionice takes idle, best-effort[:0-7] or realtime[:0-7], not '{text}'", Assert.Throws<FormatException>(() => IoPriority.Parse(text)).Message);

    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("0,2-4,3", new[] { 0, 2, 3, 4 })]
    public void Cpus_are_read(string text, int[] cpus) => Assert.Equal(cpus, CpuList.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    [InlineData("-1")]
    [InlineData("0,")]
    [InlineData("1024")]
    public void What_is_no_list_of_cpus_says_so(string text) => Assert.Throws<FormatException>(() => CpuList.Parse(text));

    [Theory]
    [InlineData("nofile=65536", "nofile", 65536ul, 65536ul)]
    [InlineData("core=0:unlimited", "core", 0ul, ResourceLimit.Unlimited)]
    [InlineData("as=unlimited", "as", ResourceLimit.Unlimited, ResourceLimit.Unlimited)]
    public void Limits_are_read_and_written(string text, string name, ulong soft, ulong hard)
    {
        Assert.Equal(new ResourceLimit(name, soft, hard), ResourceLimit.Parse(text));
        Assert.Equal(text, ResourceLimit.Parse(text).ToString());
    }

    [Theory]
    [InlineData("nofile", "--limit takes NAME=number")]
    [InlineData("files=1", "there is no limit 'files'")]
    [InlineData("nofile=", "--limit nofile takes a number")]
    [InlineData("nofile=-1", "--limit nofile takes a number")]
    [InlineData("nofile=1:2:3", "--limit nofile takes a number")]
    [InlineData("nofile=2:1", "--limit nofile: 2 is more than 1")]
    public void What_is_no_limit_says_why(string text, string said) =>
        Assert.StartsWith(said, Assert.Throws<FormatException>(() => ResourceLimit.Parse(text)).Message);

    [Fact]
    public void Whether_anything_is_asked_for_is_known()
    {
        Assert.True(Treatment.None.IsNone);
        Assert.True(new Treatment().IsNone);
        Assert.False(new Treatment { Nice = 0 }.IsNone);
        Assert.False(new Treatment { Tree = new TreeLimits(Pids: 5) }.IsNone);
        Assert.False(new Treatment { Limits = [new ResourceLimit("core", 0, 0)] }.IsNone);
    }
}
