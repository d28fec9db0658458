using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Logs;

public sealed class LogHistoryTests : IDisposable
{
    private const int Block = 4096;

    private static readonly LogLimits Limits = new(Block, 10, Compress: false);

    private readonly TempFolder _folder = new();

    private string Log => _folder["web.stdout.log"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_has_seen_all_sees_nothing_again_when_it_is_rotated_at_any_moment()
    {
        using var writer = new Appender(Log);
        writer.Append(Numbered(0, 1000));
        var looks = 0;
        // While it looks whether another file has taken the log's place.
        using var history = new LogHistory(Log, new WhenLookedAt(() =>
        {
            if (++looks == 2)
                // The first was when it was opened.
                Assert.True(new LogRotation(new LogFiles()).Rotate(Log, Limits));
        }));
        var position = history.End;

        history.Follow(ref position, (_, bytes) => Assert.Fail($"again: {Encoding.ASCII.GetString(bytes.Span)}"));

        writer.Append(Numbered(1000, 1));
        var seen = new StringBuilder();
        history.Follow(ref position, (_, bytes) => seen.Append(Encoding.ASCII.GetString(bytes.Span)));
        Assert.Equal("000001000\n", seen.ToString());
    }

    [Fact]
    public void It_ends_where_it_ends_after_a_rotation_too()
    {
        using var writer = new Appender(Log);
        writer.Append(Numbered(0, 1000));
        using var history = new LogHistory(Log, new LogFiles());

        new LogRotation(new LogFiles()).Rotate(Log, Limits);

        Assert.Equal(10_000, history.End);
        Assert.Equal(10_000, LogEnd.Of(Log, new HomeFiles()));
    }

    [Fact]
    public async Task Who_reads_at_its_end_while_it_grows_misses_nothing()
    {
        const int lines = 50_000;
        using var writer = new Appender(Log);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < lines; i++)
                writer.Append(Numbered(i, 1));
        }, TestContext.Current.CancellationToken);

        var seen = new MemoryStream();
        using var history = new LogHistory(Log, new LogFiles());
        for (long position = 0; !writing.IsCompleted || position < history.End;)
            position = history.Read(position, long.MaxValue, bytes => seen.Write(bytes.Span));

        await writing;
        Assert.Equal(writer.All, seen.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_backup_that_is_damaged_hides_nothing_but_itself(bool isEmpty)
    {
        using var writer = new Appender(Log);
        writer.Append(Numbered(0, 1000));
        new LogRotation(new LogFiles()).Rotate(Log, Limits);
        writer.Append(Numbered(1000, 1000));
        new LogRotation(new LogFiles()).Rotate(Log, Limits);
        new LogCompression(new LogFiles()).Run(Log);
        writer.Append(Numbered(2000, 1000));
        File.WriteAllBytes(Log + ".1.gz", isEmpty ? [] : [.. File.ReadAllBytes(Log + ".1.gz").AsSpan(0, 100), 0, 16, 0, 0]);

        using var history = new LogHistory(Log, new LogFiles());

        var text = Encoding.ASCII.GetString(Read(history));
        Assert.StartsWith("000000000\n", text);
        Assert.EndsWith("000002999\n", text);
        Assert.Contains("000002000\n", text);
        Assert.Equal("000000000"u8.ToArray(), LogLines.Read(history, history.Start, history.End).First().Text.ToArray());
        Assert.Equal(3, LogLines.Read(history, LogFile.StartOfLastLines(history, 3, history.Start, history.End), history.End).Count());
    }

    [Fact]
    public void What_is_asked_for_ends_where_it_was_asked_to_even_if_its_beginning_is_gone()
    {
        using var writer = new Appender(Log);
        writer.Append(Numbered(0, 1000));
        using var history = new LogHistory(Log, new LogFiles());
        new LogRotation(new LogFiles()).Rotate(Log, Limits with { Backups = 0 });

        Assert.Equal(2 * Block, history.Read(0, 100, _ => Assert.Fail("it is gone")));
        Assert.Empty(LogLines.Read(history, 0, 100));
        Assert.Equal(Encoding.ASCII.GetString(Numbered(1000 - 181, 181))[2..], Encoding.ASCII.GetString(Read(history)));
    }

    [Fact]
    public void A_file_of_another_name_is_no_backup()
    {
        using var writer = new Appender(Log);
        writer.Append(Numbered(0, 1000));
        foreach (var ending in (string[])["0", "01", "1x", "1.gz.gz", "gz", ".gz", "new", "1234567", "1.stdout.log", "-1"])
            File.WriteAllText($"{Log}.{ending}", "no backup");
        File.WriteAllText(_folder["webXstdout.log.1"], "no backup");

        Assert.Empty(LogBackup.Of(Log));
        using var history = new LogHistory(Log, new LogFiles());
        Assert.Equal(Numbered(0, 1000), Read(history));
    }

    [Fact]
    public void A_journal_that_is_none_is_as_if_there_were_none()
    {
        using var writer = new Appender(Log);
        writer.Append(Numbered(0, 1000));
        foreach (var text in (string[])["", "1 2 3 4\n", new string('x', 80), new string('9', 80)])
        {
            File.WriteAllText(LogJournal.PathOf(Log), text);
            Assert.Equal(default, LogJournal.Read(Log, new HomeFiles()));
            using var history = new LogHistory(Log, new LogFiles());
            Assert.Equal(Numbered(0, 1000), Read(history));
        }
    }

    [Fact]
    public async Task Who_changes_a_log_waits_for_whoever_does()
    {
        Task<bool> rotating;
        using (var writer = new Appender(Log))
            writer.Write(3 * Block);
        using (LogJournal.Lock(Log, new LogFiles()))
        {
            rotating = Task.Run(() => new LogRotation(new LogFiles()).Rotate(Log, Limits), TestContext.Current.CancellationToken);
            Assert.NotSame(rotating, await Task.WhenAny(rotating, Task.Delay(50, TestContext.Current.CancellationToken)));
            using var history = new LogHistory(Log, new LogFiles());
            Assert.Equal(3 * Block, Read(history).Length);
        }

        Assert.True(await rotating);
    }

    private static byte[] Numbered(int first, int count) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(first, count).Select(n => $"{n:d9}\n")));

    private static byte[] Read(LogHistory history)
    {
        var kept = new MemoryStream();
        history.Read(history.Start, history.End, bytes => kept.Write(bytes.Span));
        return kept.ToArray();
    }

    /// <summary>The real files, where something happens when it is asked which file one is.</summary>
    private sealed class WhenLookedAt(Action happens) : ILogFiles
    {
        private readonly LogFiles _files = new();

        public IHomeFiles Home => _files.Home;

        public int BlockBytes(SafeFileHandle file) => _files.BlockBytes(file);

        public long StartOfData(SafeFileHandle file) => _files.StartOfData(file);

        public long NextData(SafeFileHandle file, long from) => _files.NextData(file, from);

        public long NextHole(SafeFileHandle file, long from) => _files.NextHole(file, from);

        public bool Punch(SafeFileHandle file, long end) => _files.Punch(file, end);

        public bool Collapse(SafeFileHandle file, long end) => _files.Collapse(file, end);

        public bool Copy(SafeFileHandle from, long start, long end, SafeFileHandle to, long at) => _files.Copy(from, start, end, to, at);

        public SafeFileHandle? OpenNameless(string folder) => _files.OpenNameless(folder);

        public LogRung? KnownOf(string folder) => _files.KnownOf(folder);

        public (ulong Device, ulong Number) IdentityOf(SafeFileHandle file)
        {
            happens();
            return _files.IdentityOf(file);
        }

        public bool IsRegular(string path) => _files.IsRegular(path);

        public bool TryLockTurn(SafeFileHandle file) => _files.TryLockTurn(file);

        public void Lock(SafeFileHandle file) => _files.Lock(file);
    }
}
