using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Who may look and change over HTTP, and who may not.</summary>
public class ServeGuardTests
{
    private const string Bearer = "Authorization", Page = "X-Sentinel";

    [Fact]
    public async Task Nobody_without_a_token_sees_or_changes_anything()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        using var served = await Served.By(home);
        var token = served.Token;

        foreach (var path in (string[])["/v1/processes", "/v1/health", "/v1/events", "/v1/openapi.json", "/v1/processes/web/env"])
        {
            (await served.Ask(path)).Is(401, "not-let-in");
            foreach (var wrong in (string[])["", "x", token[1..], token + "0", token[..^1] + (token[^1] == '0' ? '1' : '0'), token.ToUpperInvariant(), new string('0', 100_00)])
                (await served.Ask(path, headers: (Bearer, $"Bearer {wrong}"))).Is(401, "not-let-in");
            (await served.Ask(path, headers: (Bearer, $"Basic {token}"))).Is(401, "not-let-in");
        }

        // A token is nowhere but in its header.
        (await served.Ask($"/v1/processes?token={token}&access_token={token}")).Is(401, "not-let-in");
        (await served.Ask("/v1/processes/web/stop", HttpMethod.Post, "{}")).Is(401, "not-let-in");
        (await served.Ask("/v1/codes", HttpMethod.Post, "{}")).Is(401, "not-let-in");
        (await served.Ask("/v1/processes", headers: (Bearer, $"Bearer {token}"))).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task A_name_that_is_not_ours_is_turned_away_whoever_asks()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var served = await Served.By(home, "--allow-host", "sentinel.example");
        var (port, authorization) = (served.Url.Port, (Bearer, $"Bearer {served.Token}"));

        foreach (var host in (string[])[$"evil.example:{port}", "127.0.0.1", $"127.0.0.1:{port + 1}", $"localhost.evil.example:{port}", $"127.0.0.1.evil.example:{port}", $"0.0.0.0:{port}"])
            (await served.Ask("/v1/processes", headers: [authorization, ("Host", host)])).Is(421, "wrong-host");
        foreach (var host in (string[])[$"127.0.0.1:{port}", $"localhost:{port}", $"LocalHost:{port}", $"[::1]:{port}", "sentinel.example", $"sentinel.example:{port}"])
            (await served.Ask("/v1/processes", headers: [authorization, ("Host", host)])).Ok();
    }

    [Fact]
    public async Task A_page_of_another_origin_reads_and_changes_nothing()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        using var served = await Served.Web(home);
        var cookie = await Cookie(served);
        var own = $"http://127.0.0.1:{served.Url.Port}";

        foreach (var foreign in ((string, string)[])
            [("Origin", "http://evil.example"), ("Origin", "null"), ("Origin", $"http://127.0.0.1:{served.Url.Port + 1}"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")])
        {
            var reply = (await served.Ask("/v1/processes", headers: [cookie, foreign])).Is(403, "foreign-origin");
            Assert.DoesNotContain(reply.Message.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
            (await served.Ask("/v1/processes/web/stop", HttpMethod.Post, "{}", headers: [cookie, foreign, (Page, "1")])).Is(403, "foreign-origin");
            (await served.Ask("/", headers: foreign)).Is(403, "foreign-origin");
        }

        // What a form can send.
        foreach (var type in (string[])["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
            (await served.Ask("/v1/processes/web/stop", HttpMethod.Post, "{}", type, cookie, (Page, "1"))).Is(415, "wrong-type");
        (await served.Ask("/v1/processes/web/stop", HttpMethod.Post, "{}", headers: cookie)).Is(403, "not-by-page");
        (await served.Ask("/v1/processes/web/stop", headers: cookie)).Is(404, "not-found");
        Assert.Equal("running", (await home.Show("web")).State);
        (await served.Ask("/v1/processes/web/stop", HttpMethod.Post, "{}", headers: [cookie, (Page, "1"), ("Origin", own), ("Sec-Fetch-Site", "same-origin")])).Ok();
        Assert.Equal("stopped", (await home.Show("web")).State);
    }

    [Fact]
    public async Task An_address_lets_one_browser_in_once_and_what_that_shows_is_of_no_use_elsewhere()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var served = await Served.Web(home);
        var code = served.Code;

        var login = await served.Ask("/v1/login", HttpMethod.Post, $$"""{"code": "{{code}}"}""");
        Assert.Equal(204, login.Status);
        var set = login.Message.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith($"sentinel-{served.Url.Port}=", set);
        foreach (var attribute in (string[])["httponly", "samesite=strict", "path=/", "max-age=43200"])
            Assert.Contains(attribute, set.ToLowerInvariant());
        (await served.Ask("/v1/login", HttpMethod.Post, $$"""{"code": "{{code}}"}""")).Is(401, "not-let-in");
        foreach (var body in (string[])["{}", """{"code": 1}""", """{"code": ""}""", """{"code": "0"}"""])
            (await served.Ask("/v1/login", HttpMethod.Post, body)).Is(401, "not-let-in");

        var cookie = set.Split(';')[0];
        (await served.Ask("/v1/processes", headers: ("Cookie", cookie))).Ok();
        foreach (var wrong in (string[])[cookie.Replace("sentinel-", "sentinel-1"), cookie[..^1] + (cookie[^1] == '0' ? '1' : '0'), cookie.Replace("=", "=9"), $"sentinel-{served.Url.Port}=", $"sentinel-{served.Url.Port}=1.2.3"])
            (await served.Ask("/v1/processes", headers: ("Cookie", wrong))).Is(401, "not-let-in");

        // The next 'web' finds this one, unless it asks for another.
        foreach (var options in (string[][])[[], ["--listen", $"{served.Url.Port}"]])
        {
            var again = (await home.Run(["web", .. options])).Ok().Stdout;
            Assert.StartsWith($"http://127.0.0.1:{served.Url.Port}/#", again);
            Assert.Equal(204, (await served.Ask("/v1/login", HttpMethod.Post, $$"""{"code": "{{again.Split('\n')[0].Split('#')[1]}}"}""")).Status);
        }

        using var readOnly = await Served.Web(home, "--read-only");
        Assert.NotEqual(served.Url.Port, readOnly.Url.Port);
        Assert.StartsWith($"http://127.0.0.1:{served.Url.Port}/#", (await home.Run("web")).Ok().Stdout);
    }

    [Fact]
    public async Task Who_may_only_look_changes_nothing_and_sees_no_secret()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web", "--env", "API_TOKEN=hidden");
        using var served = await Served.By(home);
        var look = (Bearer, $"Bearer {served.ReadOnlyToken}");

        (await served.Ask("/v1/processes", headers: look)).Ok();
        Assert.DoesNotContain("hidden", (await served.Ask("/v1/processes/web/env", headers: look)).Ok().Text);
        (await served.Ask("/v1/processes/web/env?reveal=1", headers: look)).Is(403, "read-only");
        (await served.Ask("/v1/processes/web/stop", HttpMethod.Post, "{}", headers: look)).Is(403, "read-only");
        (await served.Ask("/v1/processes", HttpMethod.Post, """{"command": ["true"]}""", headers: look)).Is(403, "read-only");
        (await served.Ask("/v1/codes", HttpMethod.Post, "{}", headers: look)).Is(403, "read-only");
        Assert.Contains("hidden", (await served.Ask("/v1/processes/web/env?reveal=1", headers: (Bearer, $"Bearer {served.Token}"))).Ok().Text);

        using var readOnly = await Served.Web(home, "--read-only");
        (await readOnly.Ask("/v1/processes/web/stop", HttpMethod.Post, "{}", headers: (Bearer, $"Bearer {served.Token}"))).Is(403, "read-only");
        Assert.True((bool)(await readOnly.Ask("/v1/health", headers: (Bearer, $"Bearer {served.Token}"))).Ok().Json["readOnly"]!);
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Nothing_secret_is_readable_for_others_and_nothing_answers_them()
    {
        Needs.Root();
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var served = await Served.By(home);
        foreach (var path in Directory.GetFiles(home.Folder, "api-token*"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        // Even if the way to it is open.
        File.SetUnixFileMode(home.Root, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(served.Socket, (UnixFileMode)0b110_110_110);
        string[] curl = ["curl", "--silent", "--max-time", "20", "--unix-socket", served.Socket, "http://s/v1/health"];

        Assert.Contains("\"status\"", (await home.Run(new Call { Through = ["sh", "-c", string.Join(' ', curl)] })).Ok().Stdout);
        var other = await home.Run(new Call { Through = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "sh", "-c", string.Join(' ', curl)] });
        Assert.NotEqual(0, other.ExitCode);
        Assert.Equal("", other.Stdout);
    }

    [Fact]
    public async Task It_is_not_open_to_other_machines_unless_that_is_said()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);

        foreach (var command in (string[])["web", "serve"])
            Assert.Contains("--allow-remote", (await home.Run(command, "--listen", "0.0.0.0:0")).Fails(2).Stderr);
        foreach (var wrong in (string[])["x", "70000", "127.0.0.1", "127.0.0.1:", "1.2.3.4.5:1", ""])
            Assert.Contains("--listen", (await home.Run("web", "--listen", wrong)).Fails(2).Stderr);
    }

    [Fact]
    public async Task Every_answer_tells_browsers_what_they_must_not_do()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        using var served = await Served.Web(home);

        foreach (var path in (string[])["/", "/page.js", "/v1/processes", "/nowhere", "/v1/login"])
        {
            var headers = (await served.Ask(path)).Message.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value));
            Assert.Contains("default-src 'self'", headers["Content-Security-Policy"]);
            Assert.Contains("frame-ancestors 'none'", headers["Content-Security-Policy"]);
            Assert.DoesNotContain("unsafe", headers["Content-Security-Policy"]);
            Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
            Assert.Equal("no-referrer", headers["Referrer-Policy"]);
            Assert.Equal("no-store", headers["Cache-Control"]);
            Assert.DoesNotContain("Server", headers.Keys);
        }
    }

    private static async Task<(string, string)> Cookie(Served served)
    {
        var login = await served.Ask("/v1/login", HttpMethod.Post, new JsonObject { ["code"] = served.Code }.ToJsonString());
        return ("Cookie", login.Message.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
    }
}
