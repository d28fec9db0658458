using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class TreeLimitsTests
{
    [Theory]
    [InlineData("1M", 1L << 20)]
    [InlineData("1.5G", 3L << 29)]
    public void Memory_is_an_amount(string text, long bytes) => Assert.Equal(bytes, TreeLimits.ParseMemory(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1023K")]
    [InlineData("-1M")]
    [InlineData("50%")]
    public void What_is_no_memory_to_live_in_says_what_is(string text) => Assert.Equal(
        $"--memory-max takes an amount such as 200M or 1.5G, from 1M up, not '{text}'",
        Assert.Throws<FormatException>(() => TreeLimits.ParseMemory(text)).Message);

    [Theory]
    [InlineData("1%", 1)]
    [InlineData("150%", 150)]
    public void Cpu_is_a_share_of_one(string text, int percent) => Assert.Equal(percent, TreeLimits.ParseCpu(text));

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("0%")]
    [InlineData("-5%")]
    [InlineData("1.5")]
    [InlineData("150")]
    [InlineData("1000001%")]
    [InlineData("99999999999%")]
    public void What_is_no_share_says_what_is(string text) => Assert.Equal(
        $"--cpu-max takes a share of one CPU such as 50% or 150%, from 1% up, not '{text}'",
        Assert.Throws<FormatException>(() => TreeLimits.ParseCpu(text)).Message);

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    [InlineData("-1")]
    [InlineData("4194305")]
    public void What_is_no_number_of_processes_says_what_is(string text) => Assert.Equal(
        $"--pids-max takes a number from 1 to 4194304, not '{text}'", Assert.Throws<FormatException>(() => TreeLimits.ParsePids(text)).Message);

    [Fact]
    public void Each_names_what_it_needs()
    {
        Assert.Equal(["memory", "cpu", "pids"], new TreeLimits(1, 1, 1).Controllers);
        Assert.Equal(["pids"], new TreeLimits(Pids: 1).Controllers);
        Assert.Empty(TreeLimits.None.Controllers);
        Assert.Equal("--pids-max", TreeLimits.OptionOf("pids"));
    }
}
