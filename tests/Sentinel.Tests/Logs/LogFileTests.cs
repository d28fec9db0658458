using System.Text;
using CsCheck;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;

namespace Sentinel.Tests.Logs;

public sealed class LogFileTests : IDisposable
{
    // Reading goes by blocks of this size: what lies across their borders is where mistakes are made.
    private const int Block = 64 * 1024;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 1, "")]
    [InlineData("one", 1, "one")]
    [InlineData("one\n", 1, "one\n")]
    [InlineData("one\ntwo", 1, "two")]
    [InlineData("one\ntwo\n", 1, "two\n")]
    [InlineData("one\ntwo\n", 2, "one\ntwo\n")]
    [InlineData("one\ntwo\n", 99, "one\ntwo\n")]
    [InlineData("one\ntwo\n", 0, "")]
    [InlineData("one\n\n", 1, "\n")]
    [InlineData("\n\n\n", 2, "\n\n")]
    [InlineData("one\r\ntwo\r\n", 1, "two\r\n")]
    public void The_last_lines_are_found(string text, int lines, string last)
    {
        using var log = Open(_folder.Write("log", text));

        Assert.Equal(text.Length - last.Length, LogFile.StartOfLastLines(log, lines, 0, text.Length));
    }

    private static readonly Gen<string> AnyLine =
        Gen.Select(
            Gen.Frequency((12, Gen.Int[0, 100]), (2, Gen.Int[Block - 2, Block + 2]), (1, Gen.Int[(2 * Block) - 2, (2 * Block) + 2])),
            Gen.Char['a', 'z'],
            Gen.Bool)
        .Select((length, letter, isCrLf) => new string(letter, length) + (isCrLf ? "\r\n" : "\n"));

    [Fact]
    public void The_last_lines_are_those_of_the_whole_text_split_wherever_blocks_begin_and_whatever_follows() =>
        Gen.Select(AnyLine.Array[0, 12], Gen.Bool, Gen.Int[0, 14], Gen.OneOf(Gen.Const(""), Gen.Const("more\nand more")))
            .Sample(
                (lines, isClosed, count, after) =>
                {
                    var text = string.Concat(lines);
                    if (!isClosed && text.Length > 0)
                        text = text[..^1];
                    var path = _folder[Guid.NewGuid().ToString()];
                    File.WriteAllText(path, text + after);
                    using (var log = Open(path))
                        Assert.Equal(
                            string.Concat(Split(text).TakeLast(count)),
                            ReadText(log, LogFile.StartOfLastLines(log, count, 0, text.Length), text.Length));
                    File.Delete(path);
                });

    [Fact]
    public void What_is_read_is_all_of_it_in_blocks()
    {
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(n => $"line {n}\n"));
        using var log = Open(_folder.Write("log", text));
        var blocks = new List<int>();

        Assert.Equal(text.Length, log.Read(0, text.Length, bytes => blocks.Add(bytes.Length)));

        Assert.Equal(text, ReadText(log, 0, text.Length));
        Assert.All(blocks, length => Assert.InRange(length, 1, 2 * Block));
    }

    [Fact]
    public void Reading_ends_where_the_file_does_when_it_was_truncated_meanwhile()
    {
        using var log = Open(_folder.Write("log", "short"));

        Assert.Equal(5, log.Read(2, 1000, _ => { }));
        Assert.Equal(900, log.Read(900, 1000, _ => Assert.Fail("there is nothing")));
    }

    [Fact]
    public void A_log_that_is_cleared_is_the_same_file_and_its_process_goes_on_at_its_start()
    {
        var log = Log("web.stdout.log");
        // As processes have it, and as .NET has no mode for.
        using var process = LibC.open(log.Path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND, mode: 0x180);
        RandomAccess.Write(process, "before\n"u8, 0);

        new LogRotation(new LogFiles()).Clear(log.Path);
        Assert.Equal("", File.ReadAllText(log.Path));

        RandomAccess.Write(process, "after\n"u8, 7);
        Assert.Equal("after\n", File.ReadAllText(log.Path));
    }

    [Fact]
    public void A_log_that_there_is_not_is_not_opened_and_not_made_by_clearing()
    {
        var log = Log("no/such.log");

        using var history = Open(log.Path);
        Assert.Equal((0, 0), (history.Start, history.End));
        new LogRotation(new LogFiles()).Clear(log.Path);
        Assert.False(File.Exists(log.Path));
    }

    private LogFile Log(string name) => new("web", LogStream.Stdout, _folder[name]);

    private static IEnumerable<string> Split(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('\n', start) + 1;
            if (end == 0)
                end = text.Length;
            yield return text[start..end];
        }
    }

    private static LogHistory Open(string path) => new(path, new LogFiles());

    private static string ReadText(LogHistory log, long start, long end)
    {
        var text = new StringBuilder();
        log.Read(start, end, bytes => text.Append(Encoding.UTF8.GetString(bytes.Span)));
        return text.ToString();
    }
}
