using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Commands that are run, and servers that are told, when something happens.</summary>
public sealed class HookTests
{
    [Fact]
    public async Task A_command_gets_the_event_and_its_result_is_listed()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        Assert.Equal("Added hook alarm\n", (await home.Run("hook", "add", "alarm", "--on", "crashed,stopped", "--process", "web", "--", "sh", "-c", "cat >> told; echo $SENTINEL_EVENT $SENTINEL_PROCESS")).Ok().Stdout);
        await home.Start("other", "sh", "-c", "exit 3");
        await home.Start("web", "sh", "-c", "exit 3");
        var told = await Told(home, 1);
        Assert.Equal(("alarm", "exited", "web", 3), ((string)told[0]["hook"]!, (string)told[0]["event"]!, (string)told[0]["name"]!, (int)told[0]["how"]!["code"]!));
        Assert.Equal((long)(await home.Happened("web"))[^1]["number"]!, (long)told[0]["seq"]!);

        await Wait.Until(async () => (string?)(await Listed(home, "alarm"))["lastEvent"] == "exited", () => "its result is kept");
        Assert.Null((string?)(await Listed(home, "alarm"))["lastError"]);
        Assert.Equal("exited web\n", File.ReadAllText(Path.Combine(home.Folder, "logs", "hook.alarm.log")));
        Assert.Contains("| alarm | crashed, stopped | web |", (await home.Run("hook", "list")).Ok().Stdout);
        Assert.Equal("Deleted hook alarm\n", (await home.Run("hook", "delete", "alarm")).Ok().Stdout);
        Assert.Equal(1, (await home.Run("hook", "delete", "alarm")).ExitCode);
    }

    [Fact]
    public async Task Each_event_is_told_at_least_once_however_often_the_daemon_is_killed()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var (count, kills) = Long.IsAsked ? (1000, 20) : (40, 5);
        (await home.Run("hook", "add", "all", "--on", "exited,not-started", "--", "sh", "-c", "cat >> told")).Ok();
        (await home.Run("run", "--name", "job", "--instances", "10", "--restart", "--restart-delay", "0.1", "--", "sh", "-c", "exit 3")).Ok();
        for (var i = 1; i <= kills; i++)
        {
            await Wait.Until(async () => (await home.Happened()).Count(Ended) >= count * i / kills, () => $"so many have ended as come before the kill {i}");
            await home.KillDaemon();
            await home.StartDaemon();
        }

        (await home.Run("stop", "job")).Ok();
        var numbers = (await home.Happened()).Where(Ended).Select(each => (long)each["number"]!).ToList();
        Assert.True(numbers.Count >= count);
        await Wait.Until(() => numbers.All(Seqs(home).Contains), () => $"all {numbers.Count} are told, not only {Seqs(home).Distinct().Count()}");
        // In order, but for what is told again.
        Assert.Equal(numbers, Seqs(home).Distinct().Order());

        // Not "crashed": how a run ended while there was no daemon may not be known. And a start may be what the kill interrupted.
        static bool Ended(JsonNode happened) => (string)happened["event"]! is "exited" or "not-started";
    }

    [Fact]
    public async Task A_hook_that_hangs_is_killed_and_delays_nothing()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("hook", "add", "slow", "--on", "restarted", "--timeout", "0.5", "--", "sleep", "1000")).Ok();
        await home.Start(new Call("run", "--name", "web", "--restart", "--", "sh", "-c", "sleep 0.2; exit 3"));
        await Wait.Until(async () => (await home.Show("web")).Restarts >= 3, () => "it was restarted all the same");
        await Wait.Until(async () => (string?)(await Listed(home, "slow"))["lastError"] is { } why && why.Contains("did not end within 0.5 s"), () => "the hook was killed");
        (await home.Run("hook", "delete", "slow")).Ok();
        await Wait.Until(() => !Live.All().Any(live => live.Arguments is ["sleep", "1000"] && live.Environment.GetValueOrDefault("SENTINEL_HOME") == home.Folder), "nothing of it is left");
    }

    [Fact]
    public async Task A_webhook_is_posted_with_its_headers_and_again_where_the_server_fails()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        File.WriteAllText(Path.Combine(home.Work, "token"), "s3cret\n");
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answers = Serve(server, "HTTP/1.1 503 Busy", "HTTP/1.1 204 Fine");
        (await home.Run("hook", "add", "chat", "--on", "crashed", "--webhook", $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/hook?x=1", "--header", "Authorization=file:token")).Ok();
        await home.Start("web", "sh", "-c", "exit 3");
        var asked = await answers;
        Assert.All(asked, request =>
        {
            Assert.StartsWith("POST /hook?x=1 HTTP/1.1\r\n", request);
            Assert.Contains("\r\nAuthorization: s3cret\r\n", request);
            Assert.Equal("web", (string)JsonNode.Parse(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])!["name"]!);
        });
        await Wait.Until(async () => (string?)(await Listed(home, "chat"))["lastEvent"] == "exited", () => "it is done");
        Assert.Null((string?)(await Listed(home, "chat"))["lastError"]);
        foreach (var file in Directory.EnumerateFiles(home.Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".sock", StringComparison.Ordinal) && Path.GetFileName(file) != "lock"))
            Assert.DoesNotContain("s3cret", File.ReadAllText(file));

        // Nobody is there any more.
        server.Stop();
        var test = await home.Run("hook", "test", "chat");
        Assert.Equal(1, test.ExitCode);
        Assert.Contains("chat failed: Connection refused, 3 times", test.Stderr);
    }

    [Fact]
    public async Task A_project_keeps_its_hooks_as_its_file_says()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        var file = Path.Combine(home.Work, "sentinel.toml");
        File.WriteAllText(file, """
            name = "shop"
            [process.job]
            type = "task"
            run = "exit 3"
            [process.other]
            type = "task"
            run = "exit 3"
            profile = "x"
            [hook.alarm]
            on = "task-failed"
            process = "job"
            run = "cat >> told; echo told"
            """);
        Assert.Contains("  + hook alarm  new\n", (await home.Run("plan")).Ok().Stdout);
        Assert.Contains("Added hook shop/alarm\n", (await home.Run("up", "--no-wait")).Stdout);
        Assert.Equal("shop/job", (string)(await Told(home, 1))[0]["name"]!);
        await Wait.Until(() => File.Exists(Path.Combine(home.Folder, "logs", "shop", "hook.alarm.log")), "what it wrote is kept");
        Assert.Contains("Nothing to change", (await home.Run("plan")).Ok().Stdout);

        // Another's end is none of its business.
        (await home.Run("up", "--no-wait", "other")).Ok();
        File.WriteAllText(file, File.ReadAllText(file).Replace("hook.alarm", "hook.siren"));
        var applied = (await home.Run("apply")).Ok().Stdout;
        Assert.Contains("Added hook shop/siren\nDeleted hook shop/alarm\n", applied);
        Assert.Contains("0 processes and 2 hooks changed", applied);
        Assert.Single(Lines(home));
        (await home.Run("down", "--forget")).Ok();
        Assert.Contains("No hooks", (await home.Run("hook", "list")).Ok().Stdout);
    }

    [Fact]
    public async Task A_hook_can_be_tried_without_a_daemon()
    {
        await using var home = new SentinelHome();
        var added = (await home.Run("hook", "add", "a", "--on", "gave-up", "--", "sh", "-c", "cat; echo $SENTINEL_EVENT; exit $CODE")).Ok();
        Assert.Contains("Hooks are run by the daemon, which is not running", added.Stderr);
        var tried = (await home.Run("hook", "test", "a")).Ok();
        Assert.Equal("test", tried.Lines[1]);
        Assert.Equal("a", (string)JsonNode.Parse(tried.Lines[0])!["hook"]!);
        var failed = await home.Run(new Call("hook", "test", "a") { Environment = new Dictionary<string, string?> { ["CODE"] = "3" } });
        Assert.Equal(1, failed.ExitCode);
        Assert.Equal("Error: a failed: exited with code 3\n", failed.Stderr);
    }

    [Theory]
    [InlineData("is not one of the events", "hook", "add", "a", "--on", "lunch", "--", "true")]
    [InlineData("give a command after --, or --webhook URL", "hook", "add", "a", "--on", "crashed")]
    [InlineData("--webhook takes a URL", "hook", "add", "a", "--on", "crashed", "--webhook", "ftp://x")]
    [InlineData("is to be a reference", "hook", "add", "a", "--on", "crashed", "--webhook", "http://x", "--header", "A=secret")]
    public async Task What_cannot_be_a_hook_is_refused(string why, params string[] arguments)
    {
        await using var home = new SentinelHome();
        var refused = await home.Run(arguments);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(why, refused.Stderr);
    }

    // What each request was; one connection each.
    private static Task<List<string>> Serve(TcpListener server, params string[] answers) => Task.Run(async () =>
    {
        var asked = new List<string>();
        foreach (var answer in answers)
        {
            using var client = await server.AcceptTcpClientAsync();
            var (stream, request, block) = (client.GetStream(), new StringBuilder(), new byte[4096]);
            while (!request.ToString().TrimEnd('\n').EndsWith('}'))
                request.Append(Encoding.UTF8.GetString(block, 0, await stream.ReadAsync(block)));
            asked.Add(request.ToString());
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{answer}\r\nContent-Length: 0\r\n\r\n"));
        }

        return asked;
    });

    private static async Task<JsonNode> Listed(SentinelHome home, string name) =>
        JsonNode.Parse((await home.Run("hook", "list", "--json")).Ok().Stdout)!["hooks"]!.AsArray().Single(hook => (string)hook!["name"]! == name)!;

    private static async Task<List<JsonNode>> Told(SentinelHome home, int count)
    {
        await Wait.Until(() => Lines(home).Count >= count, $"{count} events are told");
        return Lines(home);
    }

    private static List<long> Seqs(SentinelHome home) => [.. Lines(home).Select(told => (long)told["seq"]!)];

    private static List<JsonNode> Lines(SentinelHome home) => File.Exists(Path.Combine(home.Work, "told"))
        ? [.. File.ReadAllText(Path.Combine(home.Work, "told")).Split('\n').SkipLast(1).Select(line => JsonNode.Parse(line)!)] : [];
}
