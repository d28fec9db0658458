using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class EventNumberTests
{
    [Fact]
    public async Task A_snapshot_and_the_events_after_its_number_are_what_runs_though_daemons_are_killed_meanwhile()
    {
        const int rounds = 60, names = 4;
        var random = Seeded.Random();
        await using var home = new SentinelHome();
        await home.StartDaemon();
        for (var i = 0; i < names; i++)
            await home.Sleeper($"p{i}", "--restart");
        var clients = new List<Knowledge> { new(home.ReadState()) };
        using var follower = home.Begin("events", "--after", "0", "--json", "--follow");

        for (var round = 0; round < rounds; round++)
        {
            var name = $"p{random.Next(names)}";
            switch (random.Next(8))
            {
                case 0:
                    home.Daemons().ForEach(daemon => daemon.Signal(Signals.Kill));
                    // Without a daemon, commands tell in its place.
                    if (random.Next(2) == 0)
                        await home.Run("daemon", "start");
                    break;
                case 1:
                    await home.Run("daemon", "start");
                    break;
                case 2:
                    if ((await home.Run("delete", name)).ExitCode == 0)
                        await home.Sleeper(name, "--restart");
                    break;
                case 3:
                    clients.Add(new Knowledge(home.ReadState()));
                    break;
                case 4:
                    await Task.WhenAll(clients.Select(client => client.Catch(home)));
                    break;
                case 5:
                    home.Supervised().FirstOrDefault()?.Signal(Signals.Kill);
                    break;
                case var which:
                    // A daemon that is killed while it is at work does not finish it: the next one does.
                    using (var command = home.Begin(which == 6 ? "restart" : "stop", name))
                    {
                        if (random.Next(2) == 0 && home.Daemons() is [var daemon])
                            daemon.Signal(Signals.Kill);
                        await command.End();
                    }

                    await home.Run("start", name);
                    break;
            }
        }

        await Wait.Until(() => home.Daemons().Count <= 1, "what was killed is gone");
        await home.Run("daemon", "start");
        await Wait.Until(async () => (await home.List()).Processes.All(process => process.State == "running"), () => "all run again");
        await Task.WhenAll(clients.Select(client => client.Catch(home)));

        var now = new Knowledge(home.ReadState());
        Assert.Equal(names, now.Pids.Count);
        Assert.All(clients, client => Assert.Equal((now.UpTo, now.Text), (client.UpTo, client.Text)));
        await follower.Prints($"{{\"number\":{now.UpTo},");
        Assert.Equal(Enumerable.Range(1, (int)now.UpTo), Lines(follower.Stdout).Select(happened => (int)happened["number"]!));
    }

    [Fact]
    public async Task What_came_after_a_number_is_shown_and_what_is_missing_of_it_is_told()
    {
        await using var home = new SentinelHome();
        foreach (var name in (string[])["web", "api"])
            await home.Sleeper(name);
        (await home.Run("stopall")).Ok();
        Assert.Equal([1, 2, 3, 4], (await home.Happened()).Select(happened => (int)happened["number"]!));
        Assert.Equal(2, (await home.Run("events", "--after", "2")).Ok().Lines.Length);
        Assert.Single((await home.Run("events", "web", "--after", "2")).Ok().Lines);
        Assert.Single((await home.Run("events", "--after", "2", "--lines", "1")).Ok().Lines);
        Assert.Empty((await home.Run("events", "--after", "4")).Ok().Stdout);

        File.WriteAllLines(home.EventsFile, File.ReadAllLines(home.EventsFile)[2..]);

        var gone = (await home.Run("events", "--after", "0")).Ok();
        Assert.Equal(("Warning: events 1 to 2 are not kept any more\n", 2), (gone.Stderr, gone.Lines.Length));
        var json = (await home.Run("events", "web", "--after", "1", "--json")).Ok();
        Assert.Empty(json.Stderr);
        Assert.Equal("""{"event":"gap","after":1,"next":3}""", json.Lines[0]);
        Assert.Equal(["gap", "stopped"], Lines(json.Stdout).Select(line => (string)line["event"]!));
        Assert.Contains("the last is 4", (await home.Run("events", "--after", "5")).Fails(1).Stderr);
        foreach (var nonsense in (string[])["-1", "x", "99999999999999999999"])
            (await home.Run("events", "--after", nonsense)).Fails(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_names_the_last_event_before_it(bool isWatched)
    {
        await using var home = await SentinelHome.Create(isWatched);
        await home.Sleeper("web");
        var last = (int)(await home.Happened())[^1]["number"]!;

        foreach (var look in (string[][])[["list", "--json"], ["status", "web", "--json"]])
            Assert.Equal(last, (int)JsonNode.Parse((await home.Run(look)).Ok().Stdout)!["lastEvent"]!);

        (await home.Run("delete", "web")).Ok();
        Assert.Equal(["stopped", "deleted"], (await home.Happened("--after", $"{last}")).Select(happened => (string)happened["event"]!));
    }

    private static IEnumerable<JsonNode> Lines(string stdout) =>
        stdout[..(stdout.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!);

    /// <summary>Which processes run, as a client knows that has a snapshot and then only hears of events.</summary>
    private sealed class Knowledge
    {
        public Knowledge(JsonNode state)
        {
            UpTo = (long?)state["lastEvent"] ?? 0;
            foreach (var process in state["processes"]!.AsArray())
                if ((process!["state"]!["run"] ?? process["state"]!)["pid"] is { } pid)
                    Pids[(int)process["id"]!] = (int)pid;
        }

        public long UpTo { get; private set; }

        public SortedDictionary<int, int> Pids { get; } = [];

        public string Text => string.Join(", ", Pids);

        /// <summary>Hears what has happened since, and expects that nothing is missing and nothing is repeated.</summary>
        public async Task Catch(SentinelHome home)
        {
            foreach (var happened in Lines((await home.Run("events", "--after", $"{UpTo}", "--json")).Ok().Stdout))
            {
                Assert.Equal(++UpTo, (long)happened["number"]!);
                switch ((string)happened["event"]!)
                {
                    case "started" or "restarted":
                        Assert.True(Pids.TryAdd((int)happened["id"]!, (int)happened["pid"]!), $"{happened} of {Text}");
                        break;
                    case "exited" or "stopped" when happened["pid"] is { } pid:
                        Assert.True(Pids.Remove((int)happened["id"]!, out var ran) && ran == (int)pid, $"{happened} of {Text}");
                        break;
                }
            }
        }
    }
}
