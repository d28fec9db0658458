using System.Text;
using Sentinel.Linux.Sockets;

namespace Sentinel.Tests.Linux;

public sealed class TerminalKeeperTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one\r\n", "two\r\n")]
    [InlineData("one\n", "one\r", "\n")]
    [InlineData("10%\r20%\n", "10%\r", "20%\r\n")]
    [InlineData("a\r\rb", "a\r", "\rb")]
    [InlineData("a\r\n", "a\r\r\n")]
    [InlineData("a\r", "a\r")]
    public void The_ends_of_lines_are_those_of_a_log(string plain, params string[] printed)
    {
        var ends = new TerminalKeeper.LineEnds();
        var line = string.Concat(printed.Select(part => Encoding.UTF8.GetString(ends.Plain(Encoding.UTF8.GetBytes(part)))));
        Assert.Equal(plain, line + Encoding.UTF8.GetString(ends.Rest));
    }

    [Fact]
    public void Frames_are_taken_one_by_one_as_they_become_whole()
    {
        byte[] sent = [.. TerminalFrame.Of(TerminalFrame.Input, "hello"u8), .. TerminalFrame.OfSize(50, 300), .. TerminalFrame.Of(TerminalFrame.Attach, [])];
        var received = new List<byte>();
        var taken = new List<(byte Kind, byte[] Content)>();
        foreach (var one in sent)
        {
            received.Add(one);
            while (TerminalFrame.Take(received) is { } frame)
                taken.Add(frame);
        }

        Assert.Equal([TerminalFrame.Input, TerminalFrame.WindowSize, TerminalFrame.Attach], taken.Select(frame => frame.Kind));
        Assert.Equal("hello"u8.ToArray(), taken[0].Content);
        Assert.Equal([50, 0, 44, 1], taken[1].Content);
        Assert.Empty(received);
    }
}
