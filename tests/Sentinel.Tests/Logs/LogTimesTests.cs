using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Logs;

public sealed class LogTimesTests : IDisposable
{
    private static readonly DateTimeOffset Start = Clock.Start;

    private readonly TempFolder _folder = new();

    private string Log => _folder["web.stdout.log"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void From_a_position_on_all_was_written_at_its_time()
    {
        Note((10, 1), (20, 2), (30, null), (40, 4));
        var times = LogTimes.Read(Log, new HomeFiles());
        Assert.Equal(
            [null, Start.AddSeconds(1), Start.AddSeconds(1), Start.AddSeconds(2), null, null, Start.AddSeconds(4)],
            new long[] { 9, 10, 19, 20, 30, 39, 1000 }.Select(times.Of));
    }

    [Fact]
    public void Of_one_place_the_last_word_counts_and_who_goes_back_has_begun_anew()
    {
        Note((10, 1), (20, null), (20, 2), (30, 3), (15, 4));
        var times = LogTimes.Read(Log, new HomeFiles());
        Assert.Equal([Start.AddSeconds(1), Start.AddSeconds(4), Start.AddSeconds(4)], new long[] { 12, 15, 40 }.Select(times.Of));
    }

    [Theory]
    [InlineData(0.5, 0, 10)]
    [InlineData(1, 0, 20)]
    [InlineData(1.5, 20, 20)]
    [InlineData(2.5, 30, 40)]
    [InlineData(4, 30, 100)]
    [InlineData(9, 100, 100)]
    public void What_was_written_since_and_until_is_found_and_what_is_not_known_is_in_both(double seconds, long start, long end)
    {
        Note((10, 1), (20, 2), (30, null), (40, 4));
        var times = LogTimes.Read(Log, new HomeFiles());
        var moment = Start.AddSeconds(seconds);
        Assert.Equal((start, end), (times.StartAt(moment, 100), times.EndAt(moment, 100)));
    }

    [Fact]
    public void Where_nothing_was_noted_nothing_is_known()
    {
        var times = LogTimes.Read(Log, new HomeFiles());
        Assert.True(times.IsEmpty);
        Assert.Null(times.Of(5));
        Assert.Equal((0, 100), (times.StartAt(Start, 100), times.EndAt(Start, 100)));
        Note((10, null));
        Assert.True(LogTimes.Read(Log, new HomeFiles()).IsEmpty);
        Assert.Equal(10, LogTimes.LastPosition(Log, new HomeFiles()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(5_000)]
    [InlineData(5_990)]
    public void What_is_behind_a_position_is_known_without_the_rest(long from)
    {
        // In many blocks; the file begins with what belongs to an older log.
        Note([(9_000, 1), (100_000, 2), .. Enumerable.Range(0, 3_000).Select(n => ((long)n * 2, (double?)(n + 10)))]);

        var times = LogTimes.Read(Log, new HomeFiles(), from);

        Assert.Equal(Start.AddSeconds((from / 2) + 10), times.Of(from));
        Assert.Equal(Start.AddSeconds(3_009), times.Of(200_000));
        Assert.Equal(from >= 5_000, times.Of(1_000) is null);
    }

    [Fact]
    public void What_was_rotated_out_is_forgotten_and_half_an_entry_is_none()
    {
        Note((10, 1), (20, 2), (30, 3));
        LogTimes.Forget(Log, before: 25, new HomeFiles());
        var times = LogTimes.Read(Log, new HomeFiles());
        Assert.Equal([null, Start.AddSeconds(2), Start.AddSeconds(3)], new long[] { 10, 25, 30 }.Select(times.Of));
        File.AppendAllText(LogTimes.PathOf(Log), "half");
        Assert.Equal(Start.AddSeconds(3), LogTimes.Read(Log, new HomeFiles()).Of(40));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LogTimes.PathOf(Log)));
    }

    [Fact]
    public void Whatever_belongs_to_a_log_is_known_to()
    {
        foreach (var file in (string[])["", ".1", ".2.gz", ".new", ".journal", ".times", ".times.new"])
            File.WriteAllText(Log + file, "");
        foreach (var other in (string[])["web.stderr.log", "web.stdout.log.1.stdout.log", "web.stdout.log.x", "web"])
            File.WriteAllText(_folder[other], "");

        var own = LogRotation.FilesOf(Log).Where(File.Exists).ToList();

        Assert.Equal(7, own.Count);
        own.ForEach(File.Delete);
        Assert.Equal(4, Directory.GetFiles(_folder.Path).Length);
    }

    private void Note(params (long Position, double? Seconds)[] entries)
    {
        foreach (var (position, seconds) in entries)
            LogTimes.Append(Log, position, seconds is { } known ? Start.AddSeconds(known) : null, new HomeFiles());
    }
}
