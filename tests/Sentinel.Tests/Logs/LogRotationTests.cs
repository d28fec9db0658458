using System.Diagnostics;
using System.Text;
using CsCheck;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Logs;

public sealed class LogRotationTests : IDisposable
{
    private const int Block = 4096;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Gen<(int Written, char Then, int Backups, bool Compresses)[]> Happenings =
        Gen.Select(Gen.Int[0, 5 * Block], Gen.OneOf('-', 'r', 'r', 'r', 'c'), Gen.OneOf(0, 1, 3, 1000), Gen.Bool).Array[1, 12];

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/dev/shm")]
    public void Backups_and_log_are_together_what_was_written(string place)
    {
        using var folder = new TempFolder(place);
        Happenings.Sample(happenings =>
        {
            using var writer = new Appender(folder[$"{Guid.NewGuid():N}.stdout.log"]);
            // Of what was written the beginning is gone where it was cleared, or is in more backups than are kept.
            var (gone, parts, rotations) = (0, new List<int>(), 0);
            foreach (var (written, then, backups, compresses) in happenings)
            {
                writer.Write(written);
                if (then == 'c')
                {
                    new LogRotation(new LogFiles()).Clear(writer.Path);
                    (gone, parts) = (writer.All.Length, []);
                }
                else if (then == 'r')
                {
                    var waiting = writer.All.Length - gone - parts.Sum();
                    var isRotated = new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, backups, compresses));
                    if (compresses)
                        new LogCompression(new LogFiles()).Run(writer.Path);
                    rotations += isRotated ? 1 : 0;
                    if (isRotated)
                        for (parts.Add((waiting - 1) / Block * Block); parts.Count > backups; parts.RemoveAt(0))
                            gone += parts[0];
                }

                Assert.Equal(writer.All[gone..], Kept(writer.Path));
                Assert.Equal(writer.All.Length, LogEnd.Of(writer.Path, new HomeFiles()));
                Assert.Equal(new LogVolume(writer.All.Length, rotations), LogVolume.Of(writer.Path, new HomeFiles()));
            }
        }, iter: Long.Times(100, otherwise: 30));
    }

    [Fact]
    public void The_oldest_go_when_there_are_too_many()
    {
        using var writer = new Appender(New());
        for (var i = 0; i < 5; i++)
        {
            writer.Write(3 * Block);
            Assert.True(new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 2, Compress: false)));
        }

        var kept = Kept(writer.Path);
        Assert.Equal(writer.All[^kept.Length..], kept);
        Assert.Equal(["1", "2"], LogBackup.Of(writer.Path).Select(backup => $"{backup.Number}"));
    }

    [Fact]
    public void The_space_of_what_was_moved_is_given_back_and_the_process_goes_on()
    {
        using var writer = new Appender(New());
        writer.Write(100 * Block);
        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 0, Compress: false));
        writer.Write(10);

        Assert.InRange(new LogRotation(new LogFiles()).DataBytes(writer.Path), 10, Block + 10);
        Assert.Empty(LogBackup.Of(writer.Path));
        Assert.Equal(writer.All[^10..], Kept(writer.Path)[^10..]);
    }

    [Theory]
    [InlineData(LogRung.Collapse, false)]
    [InlineData(LogRung.Collapse, true)]
    [InlineData(LogRung.Punch, false)]
    [InlineData(LogRung.Punch, true)]
    public void Whoever_is_killed_when_nothing_is_lost_and_nothing_is_there_twice(LogRung rung, bool compresses)
    {
        var limits = new LogLimits(Block, 10, compresses);
        for (var (killedAt, isOver) = (1, false); !isOver; killedAt++)
        {
            using var writer = new Appender(New());
            writer.Write(3 * Block + 100);
            new LogRotation(new LogFiles()).Rotate(writer.Path, limits);
            if (compresses)
                new LogCompression(new LogFiles()).Run(writer.Path);
            writer.Write(5 * Block + 50);
            var steps = 0;
            Rotate(writer.Path, limits, rung, _ =>
            {
                if (++steps == killedAt)
                    throw new Killed();
            });
            isOver = steps < killedAt;

            Assert.Equal(writer.All, Kept(writer.Path));
            writer.Write(200);
            Assert.Equal(writer.All, Kept(writer.Path));
            new LogRotation(new LogFiles()).Rotate(writer.Path, limits);
            Assert.Equal(writer.All, Kept(writer.Path));
            Assert.False(File.Exists(LogBackup.DraftOf(writer.Path)));
        }
    }

    [Theory]
    [InlineData(LogRung.Collapse)]
    [InlineData(LogRung.Punch)]
    public void From_what_a_killed_one_leaves_behind_at_any_step_the_next_goes_on(LogRung rung)
    {
        var limits = new LogLimits(Block, 10, Compress: false);
        using var writer = new Appender(New());
        writer.Append(NoZeros(3 * Block + 100));
        new LogRotation(new LogFiles()).Rotate(writer.Path, limits);
        writer.Append(NoZeros(5 * Block + 50));
        var left = new List<string>();
        Rotate(writer.Path, limits, rung, step => left.Add(CopyOf(writer.Path, $"{step}")));
        Assert.Equal(6, left.Count);

        foreach (var log in left)
        {
            Assert.Equal(writer.All, Kept(log));
            using var next = new Appender(log);
            next.Write(3 * Block);
            new LogRotation(new LogFiles()).Rotate(log, limits);
            Assert.Equal([.. writer.All, .. next.All], Kept(log));
            Assert.False(File.Exists(LogBackup.DraftOf(log)));
        }
    }

    [Fact]
    public void Whoever_is_killed_among_the_backups_costs_none_of_them()
    {
        var limits = new LogLimits(Block, 3, Compress: false);
        using var writer = new Appender(New());
        for (var i = 0; i < 3; i++)
        {
            writer.Write(2 * Block);
            new LogRotation(new LogFiles()).Rotate(writer.Path, limits);
        }

        writer.Write(2 * Block);
        // What is beyond the limit is deleted, one has moved on, and the copy has not its place yet.
        File.Delete(writer.Path + ".3");
        File.Move(writer.Path + ".2", writer.Path + ".3");
        File.WriteAllText(LogBackup.DraftOf(writer.Path), "a copy");
        using (var journal = LogJournal.Lock(writer.Path, new LogFiles()))
            (LogJournal.Read(journal) with { Copied = 2 * Block }).Write(journal);
        var kept = Kept(writer.Path);
        Assert.Equal(writer.All[^kept.Length..], kept);

        new LogRotation(new LogFiles()).Rotate(writer.Path, limits);

        Assert.Equal(kept, Kept(writer.Path));
        Assert.Equal([1, 2, 3], LogBackup.Of(writer.Path).Select(backup => backup.Number));
    }

    [Theory]
    [InlineData(LogRung.Collapse, 10)]
    [InlineData(LogRung.Punch, 10)]
    [InlineData(LogRung.Collapse, 0)]
    [InlineData(LogRung.Punch, 0)]
    public void At_every_step_who_reads_already_and_who_begins_to_see_each_byte_once(LogRung rung, int backups)
    {
        using var writer = new Appender(New());
        writer.Append(NoZeros(9 * Block));
        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, backups, false));
        writer.Append(NoZeros(5 * Block + 1));
        using var early = new LogHistory(writer.Path, new LogFiles());
        var opened = new List<LogHistory> { early };

        Rotate(writer.Path, new LogLimits(Block, backups, false), rung, _ =>
        {
            opened.Add(new LogHistory(writer.Path, new LogFiles()));
            opened.ForEach(AssertRight);
        });

        opened.ForEach(AssertRight);
        opened.ForEach(history => history.Dispose());

        void AssertRight(LogHistory history)
        {
            var kept = Kept(history);
            // Where nothing is backed up what was rotated is gone.
            Assert.Equal(backups > 0 ? writer.All : writer.All[^kept.Length..], kept);
            Assert.Equal(writer.All.Length, history.End);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(10 * Block)]
    public void What_a_process_wrote_after_it_emptied_its_log_is_not_taken_for_what_was_moved(int length)
    {
        foreach (var killedAt in Enum.GetValues<Step>())
        {
            using var writer = new Appender(New());
            writer.Write(3 * Block);
            Rotate(writer.Path, new LogLimits(Block, 3, false), LogRung.Collapse, step =>
            {
                if (step == killedAt)
                    throw new Killed();
            });
            var backup = killedAt > Step.Copied ? File.ReadAllBytes(writer.Path + ".1") : [];
            writer.Truncate();
            writer.Write(length);
            Assert.Equal([.. backup, .. writer.All], Kept(writer.Path));

            new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 3, false));

            Assert.Equal([.. backup, .. writer.All], Kept(writer.Path));
        }
    }

    [Fact]
    public void What_a_process_writes_after_it_emptied_its_log_while_that_is_copied_is_kept()
    {
        using var writer = new Appender(New());
        writer.Write(3 * Block);
        var all = writer.All;

        Rotate(writer.Path, new LogLimits(Block, 3, false), LogRung.Collapse, step =>
        {
            if (step != Step.Copied)
                return;
            writer.Truncate();
            writer.Write(10);
        });

        Assert.Equal([.. all[..(2 * Block)], .. writer.All], Kept(writer.Path));
        writer.Write(3 * Block);
        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 3, false));
        Assert.Equal([.. all[..(2 * Block)], .. writer.All], Kept(writer.Path));
    }

    [Fact]
    public void On_a_full_disk_a_log_is_left_alone()
    {
        using var writer = new Appender(New());
        writer.Write(5 * Block);
        var rotation = new LogRotation(new SteppingFiles(LogRung.Collapse, _ => throw new IOException("no space left")));

        Assert.Throws<IOException>(() => rotation.Rotate(writer.Path, new LogLimits(Block, 3, false)));

        Assert.Equal(writer.All, File.ReadAllBytes(writer.Path));
        Assert.Empty(LogBackup.Of(writer.Path));
        Assert.False(Path.Exists(LogBackup.DraftOf(writer.Path)));
        Assert.Equal(writer.All, Kept(writer.Path));
    }

    [Fact]
    public void While_much_comes_a_hole_is_left_and_cut_off_the_next_time()
    {
        using var writer = new Appender(New());
        writer.Write(3 * Block);

        Rotate(writer.Path, new LogLimits(Block, 10, false), LogRung.Collapse, step =>
        {
            if (step == Step.Copy)
                writer.Write(2 * 1024 * 1024);
        });
        Assert.Equal(writer.All, Kept(writer.Path));
        Assert.Equal(writer.All.Length, new FileInfo(writer.Path).Length);

        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 10, false));
        Assert.Equal(writer.All, Kept(writer.Path));
        Assert.InRange(new FileInfo(writer.Path).Length, 1, Block);
    }

    [Fact]
    public void A_hole_that_was_left_is_cut_off_when_it_is_quiet()
    {
        using var writer = new Appender(New());
        writer.Write(3 * Block);
        var busy = new SteppingFiles(LogRung.Collapse, step =>
        {
            if (step == Step.Copy)
                writer.Write(2 * 1024 * 1024);
        });
        new LogRotation(busy).Rotate(writer.Path, new LogLimits(Block, 10, false));
        var end = LogEnd.Of(writer.Path, new HomeFiles());

        new LogRotation(new LogFiles()).CutHole(writer.Path);
        new LogRotation(new LogFiles()).CutHole(writer.Path);

        Assert.Equal(writer.All, Kept(writer.Path));
        Assert.Equal(end, LogEnd.Of(writer.Path, new HomeFiles()));
        Assert.True(new FileInfo(writer.Path).Length < writer.All.Length);
    }

    [Fact]
    public void A_log_that_is_cleared_gives_back_all_and_positions_go_on()
    {
        using var writer = new Appender(New());
        writer.Write(3 * Block);
        new LogRotation(new LogFiles()).Rotate(writer.Path, LogLimits.Default);
        var end = LogEnd.Of(writer.Path, new HomeFiles());

        new LogRotation(new LogFiles()).Clear(writer.Path);

        Assert.Equal(0, new FileInfo(writer.Path).Length);
        Assert.Empty(LogBackup.Of(writer.Path));
        Assert.Equal(end, LogEnd.Of(writer.Path, new HomeFiles()));
        writer.Write(7);
        Assert.Equal(writer.All[^7..], Kept(writer.Path));
        Assert.Equal(7, new FileInfo(writer.Path).Length);
    }

    [Fact]
    public async Task Who_reads_and_follows_while_it_is_rotated_sees_each_line_once()
    {
        var path = New();
        var (done, count, rotations) = (false, 0, 0);
        var writing = Task.Run(() =>
        {
            using var writer = new Appender(path);
            for (; Volatile.Read(ref rotations) < 20; count += 50)
                writer.Append(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(count, 50).Select(n => $"{n:d9}\n"))));
            Volatile.Write(ref done, true);
        }, TestContext.Current.CancellationToken);
        var rotating = Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
                if (File.Exists(path) && new LogRotation(new LogFiles()).Rotate(path, new LogLimits(Block, 10_000, Compress: false)))
                    rotations++;
        }, TestContext.Current.CancellationToken);

        var seen = new MemoryStream();
        var lines = 0;
        while (!File.Exists(path))
            await Task.Yield();
        using (var history = new LogHistory(path, new LogFiles()))
            for (long position = 0; !Volatile.Read(ref done) || position < LogEnd.Of(path, new HomeFiles());)
                history.Follow(ref position, (_, bytes) => seen.Write(bytes.Span));
        foreach (var line in Encoding.ASCII.GetString(seen.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Equal(lines++, int.Parse(line));

        await writing;
        await rotating;
        Assert.Equal(count, lines);
        Assert.Equal(seen.ToArray(), Kept(path));
    }

    [Fact]
    public void It_is_known_what_file_systems_can_do()
    {
        Assert.NotEqual(LogRung.Reader, new LogRotation(new LogFiles()).RungOf(_folder.Path));
        Assert.Equal(LogRung.Reader, new LogRotation(new SteppingFiles(LogRung.Reader, _ => { })).RungOf(_folder.Path));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Where_nothing_can_be_taken_out_the_log_is_left_alone()
    {
        using var writer = new Appender(New());
        writer.Write(5 * Block);
        var rotation = new LogRotation(new SteppingFiles(LogRung.Reader, _ => { }));

        Assert.Throws<IOException>(() => rotation.Rotate(writer.Path, LogLimits.Default));
        Assert.False(rotation.RotateIfLarge(writer.Path, new LogLimits(Block, 3, false)));
        Assert.Equal(writer.All, File.ReadAllBytes(writer.Path));
        Assert.Empty(LogBackup.Of(writer.Path));
    }

    [Fact]
    public void A_reader_begins_a_new_file_when_one_is_full()
    {
        var path = New();
        byte[] all = [.. Enumerable.Range(0, 10 * Block).Select(i => (byte)i)];

        using var reader = new LogReader(path, new LogLimits(3 * Block, 100, false), new LogFiles(), _ => { });
        reader.Run(new MemoryStream(all));

        Assert.Equal(all, Kept(path));
        Assert.Equal(all.Length, LogEnd.Of(path, new HomeFiles()));
    }

    private sealed class Killed : Exception;

    private static void Rotate(string log, LogLimits limits, LogRung rung, Action<Step> at)
    {
        try
        {
            new LogRotation(new SteppingFiles(rung, at)).Rotate(log, limits);
        }
        catch (Killed)
        {
        }
    }

    private static byte[] NoZeros(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(1 + (i % 251)))];

    // With its holes and all that belongs to it.
    private string CopyOf(string log, string folder)
    {
        Directory.CreateDirectory(_folder[folder]);
        foreach (var file in LogRotation.FilesOf(log).Where(File.Exists))
            using (var cp = Process.Start("cp", ["--sparse=auto", file, _folder[folder]]))
            {
                cp.WaitForExit();
                Assert.Equal(0, cp.ExitCode);
            }

        return Path.Combine(_folder[folder], Path.GetFileName(log));
    }

    private string New() => _folder[$"{Guid.NewGuid():N}.stdout.log"];

    private static byte[] Kept(string path)
    {
        using var history = new LogHistory(path, new LogFiles());
        return Kept(history);
    }

    private static byte[] Kept(LogHistory history)
    {
        var kept = new MemoryStream();
        history.Read(history.Start, history.End, bytes => kept.Write(bytes.Span));
        return kept.ToArray();
    }
}
