using System.Globalization;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>
/// Commands and the daemon, stopped short at each of the system calls by which they change anything, one after another. Some by
/// chance, or all with SENTINEL_SWEEP=all.
/// </summary>
public sealed class SweepTests
{
    private static readonly int SampleSize = Long.Times(3, otherwise: 1);
    private const int LikelyCalls = 65;

    /// <param name="Expected">What there is when it is done; web runs before, and idle is stopped.</param>
    /// <param name="Otherwise">What completes it when the command itself refuses to be repeated.</param>
    private sealed record Change(string[] Command, string Expected, params string[][] Otherwise);

    private static readonly Dictionary<string, Change> Changes = new()
    {
        ["run"] = new(
            ["run", "--name", "new", "--group", "shop", "--port", "http", "--", "sleep", "1000"], "shop: new; idle stopped, new running, web running", ["start", "new"]),
        ["run a set"] = new(
            ["run", "--name", "new", "--instances", "2", "--", "sleep", "1000"], "; idle stopped, new-1 running, new-2 running, web running", ["scale", "new", "2"], ["start", "new"]),
        ["start"] = new(["start", "idle"], "; idle running, web running"),
        ["stop"] = new(["stop", "web"], "; idle stopped, web stopped"),
        ["restart"] = new(["restart", "web"], "; idle stopped, web running"),
        ["delete"] = new(["delete", "web", "--logs"], "; idle stopped", []),
        ["group create"] = new(["group", "create", "shop", "--env", "A=1"], "shop: ; idle stopped, web running", []),
    };

    // Of these the daemon does all that changes anything.
    private static readonly Dictionary<string, Change> ByDaemon = new()
    {
        ["crash"] = new(["list"], "; idle stopped, web running"),
        ["up"] = new(["up", "--file", "shop.toml"], "shop: shop/api shop/db; idle stopped, shop/api running, shop/db running, web running"),
        // One of the file is new, one is changed, and one is not there any more.
        ["apply"] = new(["apply", "--file", "shop.toml"], "shop: shop/api shop/db; idle stopped, shop/api stopped, shop/db running, web running"),
    };

    public static TheoryData<string> Names => [.. Changes.Keys];

    // With a plus sign it goes on from there.
    public static MatrixTheoryData<string, string> Failures => new(Changes.Keys, Long.IsAsked ? ["ENOSPC", "ENOSPC+", "EIO", "EIO+"] : ["ENOSPC+", "EIO"]);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Wherever_a_command_is_killed_nothing_is_lost_or_doubled_and_the_next_one_completes_it(string name)
    {
        foreach (var at in Places())
        {
            await using var home = await Prepare();
            var interrupted = new Interrupted(home, "kill", at);
            var outcome = await home.Run(new Call(Changes[name].Command) { Through = interrupted.Through });
            await home.Settled();

            await Explained(interrupted, () => AssertCompletes(home, Changes[name], outcome.ExitCode == 0));
            if (!interrupted.Happened && Seeded.IsWhole)
                return;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    [InlineData("crash")]
    [InlineData("up")]
    [InlineData("apply")]
    public async Task Wherever_the_daemon_is_killed_nothing_is_lost_or_doubled_and_the_next_one_completes_it(string name)
    {
        var change = Changes.GetValueOrDefault(name) ?? ByDaemon[name];
        foreach (var at in Places())
        {
            await using var home = await Prepare();
            if (name == "apply")
                await BringUp(home);
            var interrupted = new Interrupted(home, "kill", at);
            using var daemon = home.Begin(new Call("daemon", "run") { Through = interrupted.Through });
            await Wait.Until(async () => daemon.HasEnded || (await home.Run("daemon", "status")).ExitCode == 0, () => "the daemon answers, or is dead");
            if (name == "crash" && !daemon.HasEnded)
                await Crash(home, daemon);
            var outcome = await home.Run(change.Command);
            home.Daemons().ForEach(one => one.Signal(Signals.Kill));
            await daemon.End();
            await home.Settled();
            await home.StartDaemon();

            await Explained(interrupted, () => AssertCompletes(home, change, outcome.ExitCode == 0 && name != "crash"));
            if (!interrupted.Happened && Seeded.IsWhole)
                return;
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whatever_a_command_cannot_write_it_says_so_or_does_without_and_the_next_one_completes_it(string name, string failure)
    {
        foreach (var at in Places())
        {
            await using var home = await Prepare();
            var error = failure.TrimEnd('+');
            var interrupted = new Interrupted(home, error, at + failure[error.Length..]);
            var outcome = await home.Run(new Call(Changes[name].Command) { Through = interrupted.Through });

            await Explained(interrupted, async () =>
            {
                AssertIsSaid(outcome, error);
                await AssertCompletes(home, Changes[name], outcome.ExitCode == 0);
            });
            if (!interrupted.Happened && Seeded.IsWhole)
                return;
        }
    }

    private static void AssertIsSaid(Outcome outcome, string error)
    {
        Assert.InRange(outcome.ExitCode, 0, 1);
        Assert.DoesNotContain("   at ", outcome.Stderr);
        Assert.DoesNotContain("fault in sentinel", outcome.Stderr);
        if (outcome.ExitCode != 0)
            Assert.Contains(error == "EIO" ? "Input/output error" : "No space left on device", outcome.Stderr);
    }

    private static async Task<SentinelHome> Prepare()
    {
        var home = new SentinelHome();
        await home.Sleeper("web", "--restart");
        await home.Sleeper("idle");
        (await home.Run("stop", "idle")).Ok();
        File.WriteAllText(
            Path.Combine(home.Work, "shop.toml"), "name = 'shop'\n[process.db]\nrun = ['sleep', '1000']\n[process.api]\nrun = ['sleep', '1000']\nneeds = 'db'\nrestart = true\n");
        return home;
    }

    // Another file than the one that is to be applied.
    private static async Task BringUp(SentinelHome home)
    {
        var file = Path.Combine(home.Work, "shop.toml");
        var wanted = File.ReadAllText(file);
        File.WriteAllText(file, "name = 'shop'\n[process.db]\nrun = ['sleep', '999']\n[process.old]\nrun = ['sleep', '1000']\n");
        (await home.Run("up", "--no-wait", "--file", "shop.toml")).Ok();
        (await home.Run("daemon", "stop")).Ok();
        File.WriteAllText(file, wanted);
    }

    // Until its successor is written down, or there is nobody to do so.
    private static async Task Crash(SentinelHome home, Command daemon)
    {
        var web = Live.Find((await home.Show("web")).Pid!.Value);
        web!.Signal(Signals.Kill);
        await Wait.Until(async () => daemon.HasEnded || await home.Show("web") is { State: "running" } shown && shown.Pid != web.Pid, () => "it is restarted");
    }

    private static async Task AssertCompletes(SentinelHome home, Change change, bool wasDone)
    {
        JsonNode.Parse(File.ReadAllText(home.StateFile));
        await AssertAllIsKnown(home);
        if (wasDone)
            Assert.Equal(change.Expected, await Summary(home));

        if ((await home.Run(change.Command)).ExitCode != 0)
            foreach (var command in change.Otherwise)
                (await home.Run(command)).Ok();
        Assert.Equal(change.Expected, await Summary(home));
        await AssertAllIsKnown(home);

        var cookies = ControlGroups.OfTrees(home.Cookies()).ToList();
        (await home.Run("stopall", "--force")).Ok();
        Assert.Empty(home.Supervised());
        Assert.DoesNotContain(cookies, Directory.Exists);
        Assert.Empty(Directory.GetFiles(home.Folder, "*.new"));
        // No event is missing, and none is there twice.
        var numbers = (await home.Happened()).ConvertAll(happened => (int)happened["number"]!);
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    // What runs is known, what is known to run does, and no two are of one process.
    private static async Task AssertAllIsKnown(SentinelHome home)
    {
        Listing listing = null!;
        await Wait.Until(
            async () =>
            {
                listing = await home.List();
                Assert.Empty(listing.Warnings);
                return listing.Processes.Select(process => process.Pid).OfType<int>().Order().SequenceEqual(home.Supervised().Select(process => process.Pid).Order());
            },
            () => $"what runs ({string.Join(' ', home.Supervised().Select(process => process.Pid))}) is what is known to "
                + $"({string.Join(' ', listing.Processes.Select(process => $"{process.Name} {process.State} {process.Pid}"))})");
        Assert.Contains("idle", listing.Processes.Select(process => process.Name));
    }

    private static async Task<string> Summary(SentinelHome home) =>
        string.Join(", ", (await home.Groups()).Groups.Select(group => $"{group.Name}: {string.Join(' ', group.Members)}")) + "; "
        + string.Join(", ", (await home.List()).Processes.Select(process => $"{process.Name} {process.State}").Order(StringComparer.Ordinal));

    private static async Task Explained(Interrupted interrupted, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nThis was with {interrupted}", e);
        }
    }

    private static IEnumerable<string> Places()
    {
        var random = Seeded.Random();
        return (Seeded.IsWhole ? Enumerable.Range(1, 1000) : Enumerable.Range(0, SampleSize).Select(_ => random.Next(1, LikelyCalls)))
            .Select(at => at.ToString(CultureInfo.InvariantCulture));
    }
}
