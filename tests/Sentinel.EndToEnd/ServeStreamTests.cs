using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>What comes over HTTP as it happens, and callers that do it wrong.</summary>
public class ServeStreamTests
{
    [Fact]
    public async Task No_event_is_missed_and_none_comes_twice_though_both_sides_hang_up()
    {
        var changes = Long.Times(500, otherwise: 40);
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        using var served = await Served.By(home);
        var heard = new List<long>();
        var work = Task.Run(async () =>
        {
            for (var i = 0; i < changes; i++)
            {
                (await home.Run("signal", "web", "CONT")).Ok();
                if (i % 20 == 19)
                {
                    await home.KillDaemon();
                    await home.StartDaemon();
                }
            }
        }, Over);

        // Every time only a few are taken, and then it goes on from the last.
        for (var last = "0"; ;)
        {
            var isOver = work.IsCompleted;
            var known = home.LastEvent();
            if (isOver && long.Parse(last) >= known)
                break;
            if (long.Parse(last) >= known)
            {
                await Task.Delay(5, Over);
                continue;
            }

            foreach (var (kind, id, data) in await served.Stream("events?after=0", (int)Math.Min(7, known - long.Parse(last)), last == "0" ? null : last))
            {
                Assert.Equal("event", kind);
                Assert.Equal(id, data["number"]!.ToString());
                heard.Add(long.Parse(id));
                last = id;
            }
        }

        await work;
        Assert.Equal(Enumerable.Range(1, heard.Count).Select(number => (long)number), heard);
        Assert.Equal(changes, File.ReadAllLines(home.EventsFile).Count(line => line.Contains("\"signalled\"")));
        Assert.Equal(home.LastEvent(), heard.Count);
    }

    [Fact]
    public async Task A_log_is_followed_through_rotation_and_from_where_one_was()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call(["run", "--name", "web", "--log-max-size", "64K", "--log-backups", "60", "--", "/bin/sh", "-c", $"read go <fifo; {SentinelHome.Actor} count a 20000; exec sleep 1000"]) { Folder = MakePipe(home) });
        using var served = await Served.By(home);
        var first = served.Stream("logs/follow?names=web&stream=stdout", 9000);
        await Wait.Until(() => served.Command.HasEnded || IsFollowed(served), "somebody follows");
        File.WriteAllText(Path.Combine(home.Work, "fifo"), "go\n");

        var lines = await first;
        lines.AddRange(await served.Stream("logs/follow?names=web&stream=stdout", 11_000, lines[^1].Id));

        Assert.All(lines, line => Assert.Equal("line", line.Kind));
        Assert.Equal((await home.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok().Lines.Take(20_000), lines.Select(line => (string)line.Data["text"]!));
    }

    [Fact]
    public async Task What_is_followed_can_be_filtered_and_markup_stays_text()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("web", "/bin/sh", "-c", "while :; do echo nothing; printf '<script>alert(1)</script> \\033[31mred\\033[0m \\377\\n'; sleep 0.1; done");
        using var served = await Served.By(home);

        var (_, _, line) = (await served.Stream("logs/follow?grep=script", 1)).Single();
        Assert.Equal("<script>alert(1)</script> red \ufffd", (string)line["text"]!);
        (_, _, line) = (await served.Stream("logs/follow?names=web&grep=script&ansi=1", 1)).Single();
        Assert.Contains("\e[31mred\e[0m", (string)line["text"]!);
        (await served.Get("logs/follow?names=nope")).Is(404, "not-found");
    }

    [Fact]
    public async Task There_are_so_many_streams_and_no_more_until_one_is_given_back()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        using var served = await Served.By(home);
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 64; i++)
            open.Add(await served.Client.GetAsync("http://s/v1/events", HttpCompletionOption.ResponseHeadersRead, Over));
        Assert.All(open, stream => Assert.Equal(200, (int)stream.StatusCode));

        (await served.Get("events")).Is(503, "busy");
        (await served.Get("logs/follow?names=web")).Is(503, "busy");
        (await served.Get("processes")).Ok();

        open.ForEach(stream => stream.Dispose());
        await Wait.Until(
            async () =>
            {
                using var again = await served.Client.GetAsync("http://s/v1/events", HttpCompletionOption.ResponseHeadersRead, Over);
                return (int)again.StatusCode == 200;
            },
            () => "there is room again");
    }

    [Fact]
    public async Task Whoever_does_it_wrong_harms_nobody_else()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        using var served = await Served.By(home);
        var authorization = ("Authorization", $"Bearer {served.Token}");

        var half = new List<Socket>();
        for (var i = 0; i < 300; i++)
        {
            half.Add(await served.Raw());
            await half[^1].SendAsync(Encoding.ASCII.GetBytes($"GET /v1/processes HTTP/1.1\r\nHost: {served.Url.Authority}\r\nX-Half: "));
        }

        (await served.Ask("/v1/processes", headers: authorization)).Ok();
        // Larger than it may be: the client may be cut off before it hears why.
        var large = 413;
        Assert.True(await Record.ExceptionAsync(
            async () => large = (await served.Ask("/v1/processes/web/stop", HttpMethod.Post, new string(' ', 20 << 20) + "{}", headers: authorization)).Status) is null or HttpRequestException);
        Assert.Equal(413, large);
        foreach (var path in (string[])["/v1/../../etc/passwd", "/v1/processes/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/v1/processes/..%2f..%2fetc", "/v1//processes//", "/%00", "/v1/processes/%FF%FE", "/page.js/../../x"])
            Assert.InRange((await served.Ask(path, headers: authorization)).Status, 400, 404);
        Assert.InRange((await served.Ask("/v1/processes/" + new string('x', 20_000), headers: authorization)).Status, 400, 431);
        foreach (var nonsense in (string[])["\r\n\r\n", "GET\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /v1/processes HTTP/1.1\r\n\r\n", new string('A', 100_000)])
        {
            using var socket = await served.Raw();
            Record.Exception(() => socket.Send(Encoding.Latin1.GetBytes(nonsense)));
            Record.Exception(() => socket.Shutdown(SocketShutdown.Send));
            var answer = new byte[4096];
            var read = 0;
            Record.Exception(() => read = socket.Receive(answer));
            Assert.DoesNotContain("200 OK", Encoding.ASCII.GetString(answer, 0, read));
        }

        half.ForEach(socket => socket.Dispose());
        (await served.Ask("/v1/processes", headers: authorization)).Ok();
        Assert.False(served.Command.HasEnded);
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Whatever_is_sent_the_answer_is_clear_and_what_is_served_goes_on()
    {
        var count = Long.Times(20_000, otherwise: 300);
        var random = Seeded.Random();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("kept");
        using var served = await Served.By(home);
        var paths = (await served.Get("openapi.json")).Ok().Json["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(method => (Path: path.Key, Method: method.Key)))
            .Where(route => !route.Path.EndsWith("follow", StringComparison.Ordinal) && route.Path != "/events").ToList();
        string[] texts = ["nope", "a b", "ü", "<script>", "..", "-1", "99999999999999999999", "%2e%2e", "\u202e", "{}", "''", "$(id)", "*"];
        string[] bodies = ["", "{", "[]", "null", "{}", "{\"\":1}", "{\"signal\":null}", "{\"timeout\":1e400}", "{\"wait\":[[]]}", "\u0000", "{\"x\":" + new string('[', 100), "{\"count\":\"-\"}"];

        for (var i = 0; i < count; i++)
        {
            var (path, method) = paths[random.Next(paths.Count)];
            path = System.Text.RegularExpressions.Regex.Replace(path, "{[a-z]+}", _ => Uri.EscapeDataString(texts[random.Next(texts.Length)]));
            var query = random.Next(2) == 0 ? "" : $"?{new[] { "limit", "before", "after", "grep", "since", "lines", "state", "group", "reveal", "name" }[random.Next(10)]}={Uri.EscapeDataString(texts[random.Next(texts.Length)])}";
            var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), $"http://s/v1{path}{query}");
            if (method != "get")
                request.Content = new StringContent(bodies[random.Next(bodies.Length)], Encoding.UTF8, "application/json");
            var reply = await Reply.Of(await served.Client.SendAsync(request, Over));
            Assert.True(reply.Status is 200 or (>= 400 and < 500), $"{method} {path}{query}: {reply.Status} {reply.Text}");
            if (reply.Status != 200)
                Assert.NotNull(reply.Json["detail"]);
        }

        Assert.False(served.Command.HasEnded);
        Assert.Equal(["kept"], (await home.List()).Processes.Select(process => process.Name));
    }

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    private static string MakePipe(SentinelHome home)
    {
        System.Diagnostics.Process.Start("mkfifo", [Path.Combine(home.Work, "fifo")]).WaitForExit();
        return home.Work;
    }

    // It watches the log.
    private static bool IsFollowed(Served served) => Directory.GetFiles($"/proc/{served.Command.Pid}/fd").Any(file => File.ResolveLinkTarget(file, false)?.Name == "web.stdout.log");
}
