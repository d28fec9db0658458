namespace Sentinel.EndToEnd;

/// <summary>What other users of the machine have put somewhere, or may not see.</summary>
public class OtherUsersTests
{
    private const string Precious = "precious";
    private const UnixFileMode Everybody = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string[] AsApp = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"];

    [Fact]
    public async Task Every_command_refuses_the_folder_of_another_user()
    {
        Needs.Root();
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "web", "--log-max-size", "64K", "--", SentinelHome.Actor, "count", "a", "2000"]));
        await Wait.Until(() => File.ReadAllText(home.Stderr("web")).Contains("done"), "it has written all");
        (await home.Run(Call.Line($"chown -R 65534:65534 {home.Folder}"))).Ok();
        var before = home.Files();
        var log = File.ReadAllBytes(home.Stdout("web"));
        try
        {
            foreach (var command in (string[][])
                [
                    ["list"], ["list", "--json"], ["status", "web"], ["logs", "web"], ["logs", "rotate", "web"], ["logs", "web", "--clear"], ["why", "web"], ["events"], ["env", "web"],
                    ["group", "list"], ["port", "list"], ["stop", "web"], ["run", "sleep 1000"], ["daemon", "status"], ["daemon", "start"], ["wait", "web"],
                ])
                Assert.Contains($"{home.Folder} belongs to another user (uid 65534; this is uid 0)", (await home.Run(command)).Fails(1).Stderr);
            Assert.Contains("belongs to another user", (await home.Run("doctor")).Fails(1).Stdout);
            Assert.Equal(before, home.Files());
            Assert.Equal(log, File.ReadAllBytes(home.Stdout("web")));
        }
        finally
        {
            (await home.Run(Call.Line($"chown -R 0:0 {home.Folder}"))).Ok();
        }
    }

    [Theory]
    [InlineData("v.stdout.log.journal")]
    [InlineData("v.stdout.log")]
    public async Task Nothing_is_written_through_a_link_beside_a_log(string planted)
    {
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "v", "--log-max-size", "64K", "--", SentinelHome.Actor, "count", "a", "2000"]));
        await home.Start("other", SentinelHome.Actor, "count", "b", "3");
        foreach (var name in (string[])["v", "other"])
            await Wait.Until(() => File.ReadAllText(home.Stderr(name)).Contains("done"), $"{name} has written all");
        var victim = home.EnvFile("victim", Precious);
        File.SetUnixFileMode(victim, Everybody);
        var place = Path.Combine(home.Logs, planted);
        File.Delete(place);
        File.CreateSymbolicLink(place, victim);

        (await home.Run("list")).Ok();
        Assert.Contains($"{place} is a link", (await home.Run("logs", "rotate", "v")).Fails(1).Stderr);
        Assert.Contains($"{place} is a link", (await home.Run("logs", "v", "--clear")).Fails(1).Stderr);
        // What can be read is shown.
        var shown = await home.Run("logs", "v", "other");
        Assert.Contains("b000000002", shown.Stdout);
        Assert.DoesNotContain(Precious, shown.Stdout);
        Assert.Equal(planted == "v.stdout.log" ? 1 : 0, shown.ExitCode);
        await home.StartDaemon();
        (await home.Run("restart", "other")).Ok();

        Assert.Equal(Precious + "\n", File.ReadAllText(victim));
        Assert.Equal(Everybody, File.GetUnixFileMode(victim));
    }

    [Fact]
    public async Task A_program_that_locks_its_output_is_in_nobodys_way()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "web", "--log-max-size", "64K", "--", SentinelHome.Actor, "lock-stdout", "a", "2000"]));
        await Wait.Until(() => File.ReadAllText(home.Stderr("web")).Contains("done"), "it has written all");

        var shown = (await home.Run("logs", "web", "--all", "--raw", "--stream", "stdout")).Ok();
        Assert.Empty(shown.Stderr);
        Assert.Equal(2000, shown.Lines.Length);
        (await home.Run("logs", "rotate", "web")).Ok();
        Assert.True(File.Exists(home.Stdout("web") + ".1"));
        (await home.Run("logs", "web", "--clear")).Ok();
        Assert.Equal(0, new FileInfo(home.Stdout("web")).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_process_of_another_user_may_not_read_is_not_read_for_it(bool withDaemon)
    {
        Needs.Root();
        await using var home = await SentinelHome.Create(withDaemon);
        File.SetUnixFileMode(home.Root, Everybody);
        var secret = home.EnvFile("secret", "PASSWORD=precious");
        File.SetUnixFileMode(secret, Owner);
        var folder = Directory.CreateDirectory(Path.Combine(home.Work, "srv")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, ".env"), secret);
        File.WriteAllText(Path.Combine(folder, "open.env"), "OPEN=1\n");
        File.SetUnixFileMode(Path.Combine(folder, "open.env"), Everybody);

        var run = await home.Run(new Call([
            "run", "--user", "65534", "--cwd", folder, "--env-file", Path.Combine(folder, "open.env"), "--restart", "--name", "app", "--", "sleep", "1000"])
        {
            Environment = new Dictionary<string, string?> { ["XDG_RUNTIME_DIR"] = "/run/user/0", ["MAIL"] = "/var/mail/root", ["LANGUAGE"] = "en" },
        });
        Assert.Contains("may not read it", run.Ok().Stderr);
        AssertHasNone(Assert.Single(home.Supervised()));
        (await home.Run("restart", "app")).Ok();
        AssertHasNone(Assert.Single(home.Supervised()));

        var refused = (await home.Run("run", "--user", "65534", "--env-file", secret, "--name", "other", "--", "sleep", "1000")).Fails(1);
        Assert.Contains($"{secret} cannot be read: ", refused.Stderr);
        Assert.Contains("may not read it", refused.Stderr);
        // The daemon can be looked at as before.
        if (withDaemon)
            (await home.Run("daemon", "stop")).Ok();

        static void AssertHasNone(Live process)
        {
            Assert.DoesNotContain(process.Environment, variable => variable.Key is "PASSWORD" or "XDG_RUNTIME_DIR" or "MAIL");
            Assert.Equal(("1", "en"), (process.Environment["OPEN"], process.Environment["LANGUAGE"]));
        }
    }

    [Theory]
    [InlineData("0277")]
    [InlineData("0477")]
    [InlineData("0777")]
    public async Task A_folder_that_was_made_under_any_umask_can_be_used_and_is_private(string umask)
    {
        Needs.Root();
        Needs.Program("setpriv");
        await using var home = new SentinelHome();
        File.SetUnixFileMode(home.Root, (UnixFileMode)0b111_111_111);
        var binary = await home.CopyBinary();

        (await AsOther("run", "--name", "web", "--", "sleep", "1000")).Ok();
        (await AsOther("list")).Ok();
        (await AsOther("restart", "web")).Ok();
        Assert.Contains("Umask:\t" + umask, File.ReadAllText($"/proc/{Assert.Single(home.Supervised(), process => process.Program != binary).Pid}/status"));
        (await AsOther("stop", "web")).Ok();

        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(home.Folder));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(home.Logs));
        Assert.All(Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories), file => Assert.Equal(Owner, File.GetUnixFileMode(file)));

        Task<Outcome> AsOther(params string[] command) =>
            home.Run(new Call(command) { Program = binary, Through = [.. AsApp, .. Call.AfterShell($"umask {umask};")], Folder = "/" });
    }

    [Fact]
    public async Task What_only_this_command_has_open_is_no_file_for_later()
    {
        await using var home = new SentinelHome();
        var file = home.EnvFile("a.env", "A=1");

        foreach (var passing in (string[])["/dev/fd/9", "/proc/self/fd/9", "/dev/stdin"])
            Assert.Contains(
                $"--env-file {passing} is open in this command only",
                (await home.Run(new Call("run", "--env-file", passing, "sleep 1000") { Through = Call.AfterShell($"exec 9<{file} <{file};") })).Fails(1).Stderr);
        Assert.Empty(home.Supervised());

        await home.StartDaemon();
        (await home.Run("run", "--name", "web", "--cwd", "/proc/self/cwd", "sleep 1000")).Ok();
        Assert.Equal(home.Work, new FileInfo($"/proc/{(await home.Show("web")).Pid}/cwd").LinkTarget);
    }

    [Fact]
    public async Task A_state_with_a_time_at_the_end_of_all_time_is_damaged_and_the_daemon_starts()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web", "--restart");
        (await home.Run("stop", "web")).Ok();
        home.EditState(state => state["processes"]![0]!["state"] =
            System.Text.Json.Nodes.JsonNode.Parse("""{"is":"backoff","since":"2026-01-02T03:04:05+00:00","due":"9999-12-31T23:59:59+00:00"}"""));

        Assert.Contains("is damaged", (await home.Run("list")).Ok().Stderr);
        await home.StartDaemon();
        (await home.Run("run", "--name", "next", "sleep 1000")).Ok();
    }
}
