using System.Text;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Logs;

/// <summary>Holes that a program makes in its log, by ftruncate(2).</summary>
public class LogHoleTests
{
    public static TheoryData<string, long> Holes => new() { { "/tmp", 1L << 40 }, { "/dev/shm", 1L << 40 }, { "/dev/shm", 1L << 62 } };

    [Theory]
    [MemberData(nameof(Holes))]
    public void What_stands_before_and_behind_a_hole_is_read_and_the_hole_costs_nothing(string place, long length)
    {
        using var folder = new TempFolder(place);
        using var writer = WithHole(folder["web.stdout.log"], length);

        Assert.Equal("first\nlast\n", Kept(writer.Path));
        Assert.Equal(length + 5, LogEnd.Of(writer.Path, new HomeFiles()));
        Assert.InRange(new LogRotation(new LogFiles()).DataBytes(writer.Path), 1, 64 * 1024);
        Assert.False(new LogRotation(new LogFiles()).RotateIfLarge(writer.Path, LogLimits.Default));
        using var history = new LogHistory(writer.Path, new LogFiles());
        Assert.Equal(["first", "last"], Lines(history, 0));
        Assert.Equal(["first", "last"], Lines(history, LogFile.StartOfLastLines(history, 2, history.Start, history.End)));
        Assert.Equal(["last"], Lines(history, LogFile.StartOfLastLines(history, 1, history.Start, history.End)));
    }

    [Theory]
    [MemberData(nameof(Holes))]
    public void It_is_rotated_without_being_copied_again_and_again(string place, long length)
    {
        using var folder = new TempFolder(place);
        using var writer = WithHole(folder["web.stdout.log"], length);
        for (var i = 0; i < 3; i++)
        {
            new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(4096, 10, Compress: false));
            writer.Append(Encoding.ASCII.GetBytes($"more {i}\n"));
            if (length < 1L << 60)
                writer.Lengthen(new FileInfo(writer.Path).Length + length);
        }

        Assert.StartsWith("first\nlast\nmore 0\n", Kept(writer.Path));
        Assert.Contains("more 1\n", Kept(writer.Path));
        Assert.EndsWith("more 2\n", Kept(writer.Path));
    }

    [Fact]
    public void Who_looks_back_from_the_end_of_a_hole_finds_at_once_what_stands_before_it()
    {
        using var folder = new TempFolder();
        using var writer = WithHole(folder["web.stdout.log"], 1L << 40);
        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(4096, 10, Compress: false));
        using var history = new LogHistory(writer.Path, new LogFiles());

        var start = LogFile.StartOfLastLines(history, 2, history.Start, history.StartOfLive);

        Assert.InRange(history.StartOfLive, 1L << 30, 1L << 40);
        Assert.Equal(["first", "last"], Lines(history, start));
    }

    [Fact]
    public void The_front_may_be_a_hole_that_nobody_rotated()
    {
        using var folder = new TempFolder();
        using var writer = new Appender(folder["web.stdout.log"]);
        writer.Append(Encoding.ASCII.GetBytes(new string('a', 10_000)));
        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(4096, 10, Compress: false));
        var before = LogTextAt(writer.Path, 0);
        writer.Truncate();
        writer.Lengthen(1L << 40);
        writer.Append("last\n"u8.ToArray());
        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(4096, 10, Compress: false));
        writer.Append("more\n"u8.ToArray());

        Assert.EndsWith("last\nmore\n", Kept(writer.Path));
        // Where it stood before it stands now.
        Assert.Equal(before, LogTextAt(writer.Path, 0));
    }

    private static Appender WithHole(string path, long length)
    {
        var writer = new Appender(path);
        writer.Append("first\n"u8.ToArray());
        writer.Lengthen(length);
        writer.Append("last\n"u8.ToArray());
        return writer;
    }

    private static List<string> Lines(LogHistory history, long start) =>
        [.. LogLines.Read(history, start, history.End).Select(line => Encoding.ASCII.GetString(line.Text.Span))];

    private static string LogTextAt(string path, long position)
    {
        using var history = new LogHistory(path, new LogFiles());
        var text = new byte[100];
        Assert.Equal(text.Length, history.Read(ref position, text));
        return $"{position} {Encoding.ASCII.GetString(text)}";
    }

    private static string Kept(string path)
    {
        using var history = new LogHistory(path, new LogFiles());
        var kept = new MemoryStream();
        history.Read(history.Start, history.End, bytes => kept.Write(bytes.Span));
        return Encoding.ASCII.GetString(kept.ToArray());
    }
}
