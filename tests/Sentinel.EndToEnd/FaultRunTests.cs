using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>
/// Twenty clients change things while everything is killed, suspended and refused. SENTINEL_FAULT_SECONDS says for how long (4
/// unless told, 10 with SENTINEL_LONG), SENTINEL_FAULT_SEED repeats what a failure names.
/// </summary>
public class FaultRunTests
{
    private const int Clients = 20;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(Setting("SENTINEL_FAULT_SECONDS") ?? Long.Times(10, otherwise: 4));

    [Fact]
    public Task Whoever_is_killed_or_suspended_what_was_acknowledged_holds_and_nothing_is_lost_or_doubled() => Run();

    [Fact]
    public Task So_it_is_on_a_disk_that_is_full_now_and_then() => Run(withSmallDisk: true);

    [Fact]
    public Task So_it_is_on_a_slow_disk_and_by_a_clock_that_is_set_again_and_again() => Run(withStrain: true);

    private static async Task Run(bool withSmallDisk = false, bool withStrain = false)
    {
        var seed = Setting("SENTINEL_FAULT_SEED") ?? Random.Shared.Next();
        await using var home = new SentinelHome();
        var run = new FaultRun(home, withSmallDisk ? await PrivateDisk.Mount(home, megabytes: 2) : null, withStrain ? new Strained(home) : null, seed);
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            end.CancelAfter(Length);
            var clients = Enumerable.Range(0, Clients).Select(number => run.Client(number, end.Token)).ToList();
            await Task.WhenAll([.. clients, run.Faults(end.Token), run.Watch(end.Token)]);
            await run.Calm();
            await run.Judge();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nSENTINEL_FAULT_SEED={seed}, after\n{string.Join('\n', run.History.TakeLast(200))}", e);
        }
    }

    private static int? Setting(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}

/// <summary>The clients, the faults, and the model of what may be true.</summary>
internal sealed class FaultRun(SentinelHome home, PrivateDisk? disk, Strained? strained, int seed)
{
    private const int NamesEach = 2;
    private readonly Stopwatch _begun = Stopwatch.StartNew();
    private readonly ConcurrentDictionary<string, Possible> _model = new();

    /// <summary>What each process may be: all that commands left open which did not come through.</summary>
    [Flags]
    private enum Possible
    {
        Absent = 1,
        Running = 2,
        Stopped = 4,
    }

    /// <summary>What was done, oldest first.</summary>
    public ConcurrentQueue<string> History { get; } = new();

    /// <summary>Nobody else touches a client's processes, so it knows what must be true of them.</summary>
    public async Task Client(int number, CancellationToken end)
    {
        var random = new Random(seed + number);
        while (!end.IsCancellationRequested)
        {
            var name = $"c{number}-{random.Next(NamesEach)}";
            var before = _model.GetValueOrDefault(name, Possible.Absent);
            var (words, after) = random.Next(10) switch
            {
                0 or 1 or 2 => (Running(name), Possible.Running),
                3 or 4 => (["stop", name], Possible.Stopped),
                5 => (["start", name], Possible.Running),
                6 => (["restart", name], Possible.Running),
                7 => (["delete", "--force", name], Possible.Absent),
                8 => (["list", "--json"], before),
                _ => ((string[])["status", name], before),
            };
            // As long as nobody knows how it ends, all of it may be.
            _model[name] = before | after | (words[0] == "delete" ? Possible.Stopped : 0);
            var command = strained?.Begin(words) ?? Begin(words);
            var line = $"{string.Join(' ', words)} (pid {command.Pid}, {Elapsed} s)";
            var outcome = await command.Finish();
            Tell($"{line} -> {outcome.ExitCode} {outcome.Stderr.ReplaceLineEndings(" | ")}");
            Assert.DoesNotContain("nhandled", outcome.Stderr);
            Assert.Contains(outcome.ExitCode, (int[])[0, 1, 128 + Signals.Kill]);
            if (outcome.ExitCode != 0)
                continue;
            _model[name] = after;
            // What is not there cannot be stopped, and what is there cannot be made.
            Assert.False(words[0] == "run" && (before & Possible.Absent) == 0, $"{line} came through");
            Assert.False(words[0] is "stop" or "start" or "restart" or "delete" && before == Possible.Absent, $"{line} came through");
            if (after is Possible.Stopped or Possible.Absent && after != before && There(name) is { } there)
                Assert.Fail($"{line} came through, and pid {there.Pid} is there (parent {there.Parent})");
        }
    }

    /// <summary>One after another: kills and suspends daemons, commands and processes, fills the disk, and begins a daemon again.</summary>
    public async Task Faults(CancellationToken end)
    {
        var random = new Random(seed - 1);
        while (!end.IsCancellationRequested)
        {
            await Pause(random.Next(20, 200));
            var fault = random.Next(10);
            switch (fault)
            {
                case 0 or 1 when strained is not null:
                    strained.Begin("daemon", "run");
                    break;
                case 0 or 1:
                    await Run("daemon", "start");
                    break;
                case 2:
                    await Run("daemon", "stop");
                    break;
                case 3:
                    Kill(home.Daemons());
                    break;
                case 4:
                    Kill(Some(home.Commands()));
                    break;
                case 5:
                    Kill(Some(home.Supervised().FindAll(IsOfAClient)));
                    break;
                case 6:
                    await Suspend(Some([.. home.Daemons(), .. home.Commands(), .. home.Supervised().FindAll(IsOfAClient)]));
                    break;
                case 7:
                    disk?.Fill(random.Next(4));
                    await Pause(random.Next(200));
                    disk?.Empty();
                    break;
                case 8:
                    strained?.SetClock(TimeSpan.FromSeconds(random.Next(-100_000, 100_000)));
                    break;
                default:
                    foreach (var process in home.Supervised().FindAll(IsOfAClient))
                        process.Signal(Signals.Kill);
                    break;
            }

            Tell($"fault {fault}");
        }

        List<Live> Some(List<Live> all) => all.Count == 0 ? [] : [all[random.Next(all.Count)]];

        void Kill(List<Live> all) => all.ForEach(process => process.Signal(Signals.Kill));

        async Task Suspend(List<Live> all)
        {
            all.ForEach(process => process.Signal(Signals.Stop));
            await Pause(random.Next(1000));
            all.ForEach(process => process.Signal(Signals.Continue));
        }
    }

    /// <summary>Whenever one looks, the state can be read, and there are not two of a kind.</summary>
    public async Task Watch(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            if (File.Exists(StateFile))
                JsonNode.Parse(await File.ReadAllTextAsync(StateFile, CancellationToken.None));
            // A look takes a while, in which one may end and its successor begin: who is still there was there together.
            var doubled = home.Supervised().FindAll(IsOfAClient).GroupBy(process => process.Arguments.LastOrDefault())
                .Where(kind => kind.Key is not null && kind.Count() > 1)
                .Select(kind => kind.Where(process => process.IsAlive).ToList())
                .FirstOrDefault(kind => kind.Count > 1);
            if (doubled is not null)
                Assert.Fail($"{Elapsed} s: of {string.Join(' ', doubled[0].Arguments)} there are "
                    + $"{string.Join(" and ", doubled.Select(process => $"{process.Pid} (parent {process.Parent})"))}\n{File.ReadAllText(StateFile)}");
            await Pause(10);
        }
    }

    /// <summary>No more faults: a daemon runs, and nothing is under way.</summary>
    public async Task Calm()
    {
        disk?.Empty();
        await home.Settled();
        (await Run("daemon", "start")).Ok();
        Listed[] busy = [];
        await Wait.Until(
            async () => (busy = [.. (await List()).Processes.Where(process => process.State is not ("running" or "stopped"))]).Length == 0,
            () => string.Join('\n', [
                "all runs or is stopped; but",
                .. busy.Select(process => $"{process.Name} {process.State} {process.FailedBecause}"),
                .. File.Exists(DaemonLog) ? File.ReadLines(DaemonLog).TakeLast(20) : []]),
            // One that was killed again and again waits for half a minute.
            deadline: TimeSpan.FromMinutes(3));
    }

    public async Task Judge()
    {
        var listing = await List();
        Assert.Empty(listing.Warnings);
        Assert.Equal(
            home.Supervised().FindAll(IsOfAClient).ConvertAll(process => process.Pid).Order(),
            listing.Processes.Select(process => process.Pid).OfType<int>().Order());
        foreach (var (name, possible) in _model)
        {
            var found = listing.Processes.SingleOrDefault(process => process.Name == name)?.State switch
            {
                null => Possible.Absent,
                "running" => Possible.Running,
                _ => Possible.Stopped,
            };
            Assert.True((found & possible) != 0, $"{name} is {found}, and can only be {possible}");
        }

        (await Run("stopall", "--force")).Ok();
        Assert.DoesNotContain(home.Supervised(), IsOfAClient);
    }

    private string Elapsed => _begun.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private void Tell(string what) => History.Enqueue($"{Elapsed} s: {what}");

    private string StateFile => disk?.StateFile ?? home.StateFile;

    private string DaemonLog => disk?.DaemonLog ?? home.DaemonLog;

    // Its argument says which one it is.
    private static string[] Running(string name) => ["run", "--name", name, "--restart", "--", "sleep", Seconds(name)];

    private static string Seconds(string name) => $"1000.{name[1..].Replace('-', '0')}1";

    private static bool IsOfAClient(Live process) => process.Arguments is ["sleep", var seconds] && seconds.StartsWith("1000.", StringComparison.Ordinal);

    private Live? There(string name) => home.Supervised().Find(process => process.Arguments.LastOrDefault() == Seconds(name));

    private Task<Outcome> Run(params string[] words) => Begin(words).Finish();

    private Command Begin(params string[] words) => disk?.Begin(words) ?? home.Begin(words);

    private async Task<Listing> List() => (await Run("list", "--json")).Ok().As<Listing>();

    // Not cut short: what was suspended is to go on.
    private static Task Pause(int milliseconds) => Task.Delay(milliseconds, CancellationToken.None);
}
