using System.Text;
using CsCheck;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Linux;

namespace Sentinel.Tests.Logs;

public sealed class LogRotationTests : IDisposable
{
    private const int Block = 4096;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Gen<(int Written, bool Rotates, bool Compresses)[]> Happenings =
        Gen.Select(Gen.Int[0, 5 * Block], Gen.Bool, Gen.Bool).Array[1, 12];

    [Fact]
    public void Backups_and_log_are_together_what_was_written() => Happenings.Sample(happenings =>
    {
        using var writer = new Writer(New());
        foreach (var (written, rotates, compresses) in happenings)
        {
            writer.Write(written);
            if (rotates)
                new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 1000, compresses));
            Assert.Equal(writer.All, Kept(writer.Path));
        }
    }, iter: 100);

    [Fact]
    public void The_oldest_go_when_there_are_too_many()
    {
        using var writer = new Writer(New());
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
        using var writer = new Writer(New());
        writer.Write(100 * Block);
        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 0, Compress: false));
        writer.Write(10);

        Assert.InRange(new LogRotation(new LogFiles()).DataBytes(writer.Path), 10, Block + 10);
        Assert.Empty(LogBackup.Of(writer.Path));
        Assert.Equal(writer.All[^10..], Kept(writer.Path)[^10..]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_is_killed_when_nothing_is_lost_and_nothing_is_there_twice(bool punchesOnly)
    {
        var limits = new LogLimits(Block, 10, Compress: false);
        for (var killedAt = 1; ; killedAt++)
        {
            using var writer = new Writer(New());
            writer.Write(3 * Block + 100);
            new LogRotation(new LogFiles()).Rotate(writer.Path, limits);
            writer.Write(5 * Block + 50);
            var dying = new DyingFiles(killedAt, punchesOnly);
            try
            {
                new LogRotation(dying).Rotate(writer.Path, limits);
            }
            catch (Killed)
            {
            }

            Assert.Equal(writer.All, Kept(writer.Path));
            writer.Write(200);
            Assert.Equal(writer.All, Kept(writer.Path));
            new LogRotation(new LogFiles()).Rotate(writer.Path, limits);
            Assert.Equal(writer.All, Kept(writer.Path));
            Assert.False(File.Exists(LogBackup.DraftOf(writer.Path)));
            if (!dying.HasDied)
                return;
        }
    }

    [Fact]
    public void What_a_process_wrote_after_it_emptied_its_log_is_not_taken_for_what_was_moved()
    {
        using var writer = new Writer(New());
        writer.Write(3 * Block);
        // After the backup has its place, and before anything is taken away.
        Assert.Throws<Killed>(() => new LogRotation(new DyingFiles(DyingFiles.AtPunch, false)).Rotate(writer.Path, new LogLimits(Block, 3, false)));
        var backup = File.ReadAllBytes(writer.Path + ".1");
        writer.Truncate();
        writer.Write(4 * Block);

        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 3, false));

        Assert.Equal([.. backup, .. writer.All], Kept(writer.Path));
    }

    [Fact]
    public void While_much_comes_a_hole_is_left_and_cut_off_the_next_time()
    {
        using var writer = new Writer(New());
        writer.Write(3 * Block);
        var busy = new DyingFiles(0, false) { Meanwhile = () => writer.Write(2 * 1024 * 1024) };

        new LogRotation(busy).Rotate(writer.Path, new LogLimits(Block, 10, false));
        Assert.Equal(writer.All, Kept(writer.Path));
        Assert.Equal(writer.All.Length, new FileInfo(writer.Path).Length);

        new LogRotation(new LogFiles()).Rotate(writer.Path, new LogLimits(Block, 10, false));
        Assert.Equal(writer.All, Kept(writer.Path));
        Assert.InRange(new FileInfo(writer.Path).Length, 1, Block);
    }

    [Fact]
    public void A_hole_that_was_left_is_cut_off_when_it_is_quiet()
    {
        using var writer = new Writer(New());
        writer.Write(3 * Block);
        var busy = new DyingFiles(0, false) { Meanwhile = () => writer.Write(2 * 1024 * 1024) };
        new LogRotation(busy).Rotate(writer.Path, new LogLimits(Block, 10, false));
        var end = LogHistory.EndOf(writer.Path);

        new LogRotation(new LogFiles()).CutHole(writer.Path);
        new LogRotation(new LogFiles()).CutHole(writer.Path);

        Assert.Equal(writer.All, Kept(writer.Path));
        Assert.Equal(end, LogHistory.EndOf(writer.Path));
        Assert.True(new FileInfo(writer.Path).Length < writer.All.Length);
    }

    [Fact]
    public void A_log_that_is_cleared_gives_back_all_and_positions_go_on()
    {
        using var writer = new Writer(New());
        writer.Write(3 * Block);
        new LogRotation(new LogFiles()).Rotate(writer.Path, LogLimits.Default);
        var end = LogHistory.EndOf(writer.Path);

        new LogRotation(new LogFiles()).Clear(writer.Path);

        Assert.Equal(0, new FileInfo(writer.Path).Length);
        Assert.Empty(LogBackup.Of(writer.Path));
        Assert.Equal(end, LogHistory.EndOf(writer.Path));
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
            using var writer = new Writer(path);
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
            for (long position = 0; !Volatile.Read(ref done) || position < LogHistory.EndOf(path);)
                history.Follow(ref position, bytes => seen.Write(bytes.Span));
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
        Assert.Equal(LogRung.Reader, new LogRotation(new DyingFiles(0, false) { CanPunch = false }).RungOf(_folder.Path));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Where_nothing_can_be_taken_out_the_log_is_left_alone()
    {
        using var writer = new Writer(New());
        writer.Write(5 * Block);
        var rotation = new LogRotation(new DyingFiles(0, false) { CanPunch = false });

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

        new LogReader(path, new LogLimits(3 * Block, 100, false), new LogFiles()).Run(new MemoryStream(all));

        Assert.Equal(all, Kept(path));
        Assert.Equal(all.Length, LogHistory.EndOf(path));
    }

    private string New() => _folder[$"{Guid.NewGuid():N}.stdout.log"];

    private static byte[] Kept(string path)
    {
        using var history = new LogHistory(path, new LogFiles());
        var kept = new MemoryStream();
        history.Read(history.Start, history.End, bytes => kept.Write(bytes.Span));
        return kept.ToArray();
    }

    /// <summary>A process that has its log open and appends to it.</summary>
    private sealed class Writer(string path) : IDisposable
    {
        private readonly SafeFileHandle _file = LibC.open(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND, mode: 0x180);
        private readonly MemoryStream _all = new();
        private readonly Random _random = new(1);

        public string Path => path;

        /// <summary>What was written since it was last emptied.</summary>
        public byte[] All => _all.ToArray();

        public void Write(int length)
        {
            var bytes = new byte[length];
            // Zeros too, which are no hole.
            _random.NextBytes(bytes.AsSpan(0, length / 2));
            _all.Write(bytes);
            Append(bytes);
        }

        public unsafe void Append(byte[] bytes)
        {
            fixed (byte* buffer = bytes)
                Assert.Equal(bytes.Length, LibC.write((int)_file.DangerousGetHandle(), buffer, bytes.Length));
        }

        public void Truncate()
        {
            File.OpenHandle(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite).Dispose();
            _all.SetLength(0);
        }

        public void Dispose() => _file.Dispose();
    }

    private sealed class Killed : Exception;

    /// <summary>A file system on which whoever uses it is killed at one of his calls; it then has done nothing.</summary>
    private sealed class DyingFiles(int at, bool punchesOnly) : ILogFiles
    {
        public const int AtPunch = 2;

        private readonly LogFiles _files = new();
        private int _calls;

        public bool CanPunch { get; init; } = true;

        /// <summary>Happens while the log is copied.</summary>
        public Action Meanwhile { get; init; } = () => { };

        public bool HasDied { get; private set; }

        public int BlockBytes(SafeFileHandle file) => _files.BlockBytes(file);

        public long StartOfData(SafeFileHandle file) => _files.StartOfData(file);

        public bool Punch(SafeFileHandle file, long end)
        {
            Live();
            return CanPunch && _files.Punch(file, end);
        }

        public bool Collapse(SafeFileHandle file, long end)
        {
            Live();
            var isCut = !punchesOnly && _files.Collapse(file, end);
            Live();
            return isCut;
        }

        public bool Copy(SafeFileHandle from, long start, long end, SafeFileHandle to)
        {
            Live();
            Meanwhile();
            return _files.Copy(from, start, end, to);
        }

        public SafeFileHandle? OpenNameless(string folder) => _files.OpenNameless(folder);

        public LogRung? KnownOf(string folder) => !CanPunch ? null : punchesOnly ? LogRung.Punch : LogRung.Collapse;

        public (ulong Device, ulong Number) IdentityOf(SafeFileHandle file) => _files.IdentityOf(file);

        public void Lock(SafeFileHandle file) => _files.Lock(file);

        private void Live()
        {
            if (++_calls != at)
                return;
            HasDied = true;
            throw new Killed();
        }
    }
}
