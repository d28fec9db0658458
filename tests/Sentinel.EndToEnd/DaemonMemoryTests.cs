namespace Sentinel.EndToEnd;

/// <summary>What the daemon has after days, pressed into seconds.</summary>
public class DaemonMemoryTests
{
    private const int MostKilobytesMore = 512;
    private static readonly int Instances = Long.Times(100, otherwise: 20);

    // With logs that are rotated at once.
    private static readonly string[] Pool =
        ["run", "--name", "pool", "--instances", $"{Instances}", "--restart", "--log-max-size", "16K", "--log-backups", "1", "seq 1 5000; exec sleep 1000"];

    [Fact]
    public async Task Thousands_of_runs_kills_restarts_and_rotations_leave_it_as_large_as_it_was()
    {
        await using var home = new SentinelHome();
        var daemon = await home.StartDaemon();
        await LiveThrough(rounds: 1);
        var before = await SizeOf(daemon);

        await LiveThrough(rounds: Long.Times(4, otherwise: 2));

        await AssertNotLarger(daemon, before);

        async Task LiveThrough(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                (await home.Run(Pool)).Ok();
                await Wait.Until(() => Directory.GetFiles(home.Logs, "*.stdout.log.1").Length == Instances, "each log is rotated");
                await Kill(home);
                (await home.Run("restart", "pool")).Ok();
                (await home.Run("delete", "pool", "--logs")).Ok();
            }
        }
    }

    [Fact]
    public async Task On_a_full_disk_hundreds_of_kills_and_many_commands_that_fail_leave_it_as_large_as_it_was()
    {
        await using var home = new SentinelHome();
        var disk = await PrivateDisk.Mount(home, megabytes: 10);
        (await disk.Run("daemon", "start")).Ok();
        var daemon = home.Daemon();
        (await disk.Run(Pool)).Ok();
        await Wait.Until(() => Pooled(home).Count == Instances, "all run");
        disk.Fill(exceptPages: 0);
        await LiveThrough();
        var before = await SizeOf(daemon);

        for (var round = 0; round < 2; round++)
            await LiveThrough();

        await AssertNotLarger(daemon, before);
        disk.Empty();
        await Wait.Until(async () => (await disk.List()).Processes.Sum(process => process.Restarts) == 3 * Instances, () => "all that happened is written down");

        async Task LiveThrough()
        {
            await Kill(home);
            for (var i = 0; i < Instances / 4; i++)
                Assert.Contains("No space left on device", (await disk.Run("run", "sleep 1000")).Fails(1).Stderr);
        }
    }

    [Fact]
    public async Task What_it_has_to_say_is_bounded_and_the_owners_alone()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        File.AppendAllText(home.DaemonLog, string.Concat(Enumerable.Repeat("a line of its log\n", 60_000)));
        var full = File.ReadAllText(home.DaemonLog);

        await Wait.Until(() => new FileInfo(home.DaemonLog).Length == 0, "it has begun a new one");

        Assert.Equal(full, File.ReadAllText(home.DaemonLog + ".1"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home.DaemonLog + ".1"));
    }

    private static async Task Kill(SentinelHome home)
    {
        var old = home.Supervised().FindAll(process => process.Environment.ContainsKey("SENTINEL_COOKIE"));
        old.ForEach(process => process.Signal(Signals.Kill));
        await Wait.Until(() => Pooled(home).Except(old).Count() == Instances, "each runs again");
    }

    // What holds the disk is no instance.
    private static List<Live> Pooled(SentinelHome home) =>
        home.Supervised().FindAll(process => process.Program.EndsWith("sleep", StringComparison.Ordinal) && process.Environment.ContainsKey("SENTINEL_COOKIE"));

    private static async Task<Size> SizeOf(Live daemon) => new(await daemon.LastingMemory(), daemon.Descriptors.Count);

    private static Task AssertNotLarger(Live daemon, Size before)
    {
        var now = before;
        return Wait.Until(
            async () =>
            {
                now = await SizeOf(daemon);
                return now.Kilobytes <= before.Kilobytes + MostKilobytesMore && now.Descriptors <= before.Descriptors;
            },
            () => $"it is no larger than before: {before}, {now}");
    }

    private sealed record Size(long Kilobytes, int Descriptors);
}
