using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>A daemon tells commands what it sees, so that they need not look themselves.</summary>
public class QueryTests
{
    [Fact]
    public async Task The_daemon_tells_what_a_command_would_see_itself()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var daemon = home.Daemon();
        await home.Sleeper("web", "--port", "http", "--group", "shop");
        await home.Sleeper("leased", "--ttl", "1h", "--max-memory", "1G");
        await home.StartActor("tree", "children", "2");
        (await home.Run("run", "--name", "crashed", "--", SentinelHome.Actor, "exit", "3")).Ok();
        (await home.Run("run", "--name", "given-up", "--restart", "--max-restarts", "1", "--", SentinelHome.Actor, "exit", "4")).Ok();
        await home.Sleeper("stopped");
        (await home.Run("stop", "stopped")).Ok();
        (await home.Run("run", "--name", "leaves", "--", "sh", "-c", "sleep 1000 & exit 3")).Ok();
        await home.Sleeper("renamed");
        File.Move(home.Stdout("renamed"), home.Stdout("renamed") + ".old");
        await Wait.Until(
            async () => (await home.List()) is var now && now["crashed"].State == "crashed" && now["given-up"].State == "failed" && now["leaves"].State == "crashed",
            () => "all have ended that are to end");

        string[][] questions =
        [
            ["list", "--json"], ["list", "--group", "shop", "--json"], ["list", "--group", "nobody", "--json"], ["group", "list", "--json"],
            ["port", "list", "--json"], ["env", "web", "--reveal", "--json"], ["env", "nobody"], ["gc", "--dry-run", "--json"], ["why", "crashed", "--json"],
            ["status", "web", "leased", "tree", "crashed", "given-up", "stopped", "leaves", "renamed", "nobody", "--json"],
        ];
        var told = await Task.WhenAll(questions.Select(Say));
        daemon.Signal(Signals.Stop);
        await Wait.Until(() => daemon.Status("State").StartsWith('T'), "it is suspended");
        var seen = await Task.WhenAll(questions.Select(Say));
        daemon.Signal(Signals.Continue);

        Assert.Equal(seen, told);
        Assert.Contains("renamed.stdout.log.old", told[^1].Stdout);

        async Task<(int, string Stdout, string)> Say(string[] question)
        {
            var said = await home.Run(question);
            return (said.ExitCode, WithoutFigures(said.Stdout), said.Stderr);
        }
    }

    [Fact]
    public async Task While_a_daemon_answers_nobody_else_reads_the_state()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        File.WriteAllText(home.StateFile, "garbage");
        File.Delete(home.PreviousState);

        // One that has no time to answer at once is not waited for.
        foreach (var question in (string[][])[["list"], ["list", "--json"], ["status", "web"]])
            await Wait.Until(async () => await home.Run(question) is { ExitCode: 0, Stderr: "" }, () => $"'{string.Join(' ', question)}' needs no state");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_within_a_tree_does_not_count_for_it(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var seen = Path.Combine(home.Work, "seen");
        var looks = await home.Start("looks", "sh", "-c", $"'{SentinelHome.Binary}' list --json > '{seen}.new'; mv '{seen}.new' '{seen}'; exec sleep 1000");

        await Wait.Until(() => File.Exists(seen), "it has looked");

        Assert.Equal([looks.Pid], JsonNode.Parse(File.ReadAllText(seen))!["processes"]![0]!["pids"]!.AsArray().Select(pid => (int)pid!));
    }

    // What differs from one moment to the next.
    private static string WithoutFigures(string json)
    {
        if (json.Length == 0 || JsonNode.Parse(json) is not { } document)
            return json;
        foreach (var process in document["processes"]?.AsArray() ?? [])
            foreach (var figure in (string[])["cpuPercent", "uptimeSeconds"])
                process!.AsObject().Remove(figure);
        return document.ToJsonString();
    }
}
