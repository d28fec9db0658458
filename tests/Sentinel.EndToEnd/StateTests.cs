using System.Globalization;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class StateTests
{
    public static readonly TheoryData<string> Damages = ["garbage", "empty", "cut short", "zeros", "null", "another kind", "a wrong type", "an id twice", "a name twice"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_state_is_told_of_kept_aside_and_replaced_by_the_last_good_copy(string damage)
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        (await home.Run("run", "sleep 1000", "--name", "last")).Ok();
        Damage(home.StateFile, damage);
        var damaged = home.Files();

        // Looking warns and shows what is known, and leaves all as it is.
        var look = (await home.Run("list")).Ok();
        Assert.Contains($"Warning: {home.StateFile} is damaged", look.Stderr);
        Assert.Contains(home.PreviousState, look.Stderr);
        Assert.Contains(web.Pid, (await home.List()).Processes.Select(process => process.Pid));
        Assert.Contains(home.StateFile, Assert.Single((await home.List()).Warnings));
        (await home.Run("status", "web")).Ok();
        (await home.Run("logs", "web")).Ok();
        Assert.Equal(damaged, home.Files());

        // The first change keeps it aside.
        var change = (await home.Run("run", "sleep 1000", "--name", "next")).Ok();
        var aside = Assert.Single(Directory.GetFiles(home.Folder, "state.json.damaged-*"));
        Assert.Matches(@"\.damaged-\d{8}T\d{6}Z$", aside);
        Assert.Contains(aside, change.Stderr);
        Assert.Equal(damaged[home.StateFile].Content, Convert.ToHexString(File.ReadAllBytes(aside)));
        var after = (await home.Run("list")).Ok();
        Assert.Empty(after.Stderr);
        Assert.Equal(["web", "last", "next"], (await home.List()).Processes.Select(process => process.Name));
        Assert.Equal(3, (await home.List()).Processes.Select(process => process.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("missing")]
    public async Task Without_a_good_copy_it_says_what_to_do_and_overwrites_nothing(string copy)
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        Damage(home.StateFile, "cut short");
        if (copy == "missing")
            File.Delete(home.PreviousState);
        else
            Damage(home.PreviousState, "garbage");
        var before = home.Files();

        foreach (var command in (string[][])[["list"], ["status", "web"], ["logs", "web"], ["stop", "web"], ["stopall"], ["clean"], ["run", "sleep 1000"]])
        {
            var failed = (await home.Run(command)).Fails(1);
            Assert.Contains($"{home.StateFile} is damaged", failed.Stderr);
            Assert.Contains($"Move {home.StateFile} away", failed.Stderr);
            Assert.Empty(failed.Stdout);
        }

        Assert.Equal(before, home.Files());
        Assert.Equal([web.Process], home.Supervised());
    }

    [Fact]
    public async Task A_state_that_is_missing_beside_its_copy_is_told_of_and_the_copy_used()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        File.Delete(home.StateFile);

        Assert.Contains("missing", (await home.Run("list")).Ok().Stderr);
        (await home.Run("run", "sleep 1000", "--name", "next")).Ok();

        Assert.Equal(["web", "next"], (await home.List()).Processes.Select(process => process.Name));
    }

    [Theory]
    [InlineData("state.json")]
    [InlineData("state.json.bak")]
    public async Task A_state_of_a_newer_version_is_refused_and_nothing_is_touched(string newer)
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        // Of a newer version nothing can be relied on but that it says so.
        File.WriteAllText(Path.Combine(home.Folder, newer), """{"processes":"in another place","version":4}""");
        if (newer != "state.json")
            Damage(home.StateFile, "garbage");
        var before = home.Files();

        foreach (var command in (string[][])[["list"], ["list", "--json"], ["status", "web"], ["logs", "web"], ["stop", "web"], ["clean"], ["run", "sleep 1000"]])
        {
            var failed = (await home.Run(command)).Fails(1);
            Assert.Contains("newer Sentinel", failed.Stderr);
            Assert.Contains("Upgrade", failed.Stderr);
            Assert.Empty(failed.Stdout);
        }

        Assert.Equal(before, home.Files());
        Assert.Equal([web.Process], home.Supervised());
    }

    [Theory]
    [InlineData("state.json", "list")]
    [InlineData("state.json", "run", "sleep 1000")]
    [InlineData("lock", "run", "sleep 1000")]
    [InlineData("logs", "run", "sleep 1000")]
    public async Task A_file_that_cannot_be_read_or_written_is_named(string file, params string[] command)
    {
        await using var home = new SentinelHome();
        var path = Path.Combine(home.Folder, file);
        // The right to read does not bind root; what is no file at all cannot be read by anybody.
        if (file == "logs")
        {
            Directory.CreateDirectory(home.Folder);
            File.WriteAllText(path, "");
        }
        else
            Directory.CreateDirectory(path);

        var failed = (await home.Run(command)).Fails(1);

        Assert.Contains(path, failed.Stderr);
        Assert.DoesNotContain("fault in sentinel", failed.Stderr);
        Assert.Equal(file != "logs", Directory.Exists(path));
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task A_state_that_one_may_not_read_is_named_and_not_replaced()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may read everything");
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        var before = home.Files();
        File.SetUnixFileMode(home.StateFile, UnixFileMode.None);

        foreach (var command in (string[][])[["list"], ["run", "sleep 1000"]])
            Assert.Contains(home.StateFile, (await home.Run(command)).Fails(1).Stderr);

        File.SetUnixFileMode(home.StateFile, UnixFileMode.UserRead);
        Assert.Equal(before, home.Files());
    }

    [Fact]
    public async Task A_home_that_is_a_file_is_named()
    {
        await using var home = new SentinelHome();
        File.WriteAllText(home.Folder, "precious");

        foreach (var command in (string[][])[["list"], ["run", "sleep 1000"]])
        {
            var outcome = await home.Run(command);
            if (command[0] == "run")
                Assert.Contains(home.Folder, outcome.Fails(1).Stderr);
            Assert.DoesNotContain("fault in sentinel", outcome.Stderr);
        }

        Assert.Equal("precious", File.ReadAllText(home.Folder));
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Everything_is_the_owners_alone_whatever_the_umask()
    {
        await using var home = new SentinelHome();
        await Openly("daemon", "start");
        await Openly("run", "--name", "web", "--", SentinelHome.Actor, "count", "a", "1000");
        await Openly("run", "--name", "small", "--log-compress", "--", SentinelHome.Actor, "count", "a", "1000");
        foreach (var name in (string[])["web", "small"])
            await Wait.Until(() => File.ReadAllText(home.Stderr(name)).Contains("done"), $"{name} has written all");
        await Wait.Until(() => File.Exists(home.Stdout("web") + ".times"), "when it wrote is noted");
        await Openly("logs", "rotate", "web", "small");
        await Openly("daemon", "stop");
        File.WriteAllText(home.StateFile, "no state");
        File.AppendAllText(home.EventsFile, new string('\n', 2 * 1024 * 1024));
        await Openly("restart", "web");

        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode folder = file | UnixFileMode.UserExecute;
        Assert.Equal(folder, File.GetUnixFileMode(home.Folder));
        Assert.Equal(folder, File.GetUnixFileMode(home.Logs));
        var modes = Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(home.Folder, path), File.GetUnixFileMode);
        Assert.All(modes, each => Assert.Equal(file, each.Value));
        string[] logs = ["small.stdout.log.1.gz", "small.stdout.log.journal", "small.stdout.log.times", "web.stderr.log", "web.stdout.log", "web.stdout.log.1"];
        string[] kept = ["daemon.log", "events.jsonl", "events.jsonl.1", "lock", "state.json", "state.json.bak", .. logs.Select(name => $"logs/{name}")];
        Assert.Superset(kept.ToHashSet(), modes.Keys.ToHashSet());
        Assert.Contains(modes.Keys, name => name.StartsWith("state.json.damaged-", StringComparison.Ordinal));

        async Task Openly(params string[] command) => (await home.Run(new Call(command) { Through = Call.AfterShell("umask 0;") })).Ok();
    }

    [Theory]
    [InlineData("run", "--name", "new", "sleep 1000")]
    [InlineData("stop", "web")]
    [InlineData("restart", "web")]
    [InlineData("delete", "web")]
    public async Task What_is_written_down_is_on_the_disk_before_it_takes_the_place_of_the_old_and_its_name_before_that_is_said(params string[] command)
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        var watched = new Interrupted(home, "kill", "0");

        (await home.Run(new Call(command) { Through = watched.Through })).Ok();

        var calls = watched.Calls.Select(call => call[(call.IndexOf(' ') + 1)..]).ToList();
        var next = home.StateFile + ".new";
        int[] places = [.. new[] { $"write {next}", $"fsync {next}", $"rename {next}", $"fsync {home.Folder}" }.Select(call => calls.LastIndexOf(call))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public async Task A_home_that_others_may_write_to_is_refused(UnixFileMode others)
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        File.SetUnixFileMode(home.Folder, File.GetUnixFileMode(home.Folder) | others);
        var before = home.Files();

        foreach (var command in (string[][])[["run", "sleep 1000"], ["stop", "web"]])
            Assert.Contains($"chmod go-w {home.Folder}", (await home.Run(command)).Fails(1).Stderr);

        Assert.Equal(before, home.Files());
        Assert.Equal([web.Process], home.Supervised());
    }

    [Fact]
    public async Task A_home_of_another_user_is_refused()
    {
        Needs.Root();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run(Call.Line($"chown 12345 '{home.Folder}'"))).Ok();

        Assert.Contains("12345", (await home.Run("run", "sleep 1000")).Fails(1).Stderr);

        Assert.Single(home.Supervised());
    }

    [Theory]
    [InlineData("a home with  spaces")]
    [InlineData("naïve 日本語 🎈")]
    [InlineData("it's \"quoted\" $HOME `id` \\n %s {0} [b]")]
    [InlineData("-home")]
    public async Task Any_folder_can_be_the_home(string name)
    {
        await using var home = new SentinelHome(name);

        await home.Start("web", "sh", "-c", "echo here; exec sleep 1000");
        await home.Says("web", "here");

        Assert.Equal(home.Stdout("web"), (await home.Show("web")).StdoutPath);
        Assert.Contains("here\n", (await home.Run("logs", "web")).Ok().Stdout);
        Assert.Contains($"  Stdout:    {home.Stdout("web")}\n", (await home.Run("status", "web")).Ok().Stdout);
        (await home.Run("restart", "web")).Ok();
        (await home.Run("delete", "web", "--logs")).Ok();
        Assert.Empty(Directory.GetFiles(home.Logs));
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task A_relative_home_is_below_the_folder_of_the_caller()
    {
        await using var home = new SentinelHome();
        var relative = new Dictionary<string, string?> { ["SENTINEL_HOME"] = "below/home" };

        (await home.Run(new Call("run", "sleep 1000", "--name", "web", "--cwd", "/") { Environment = relative })).Ok();

        var folder = Path.Combine(home.Work, "below", "home");
        Assert.True(File.Exists(Path.Combine(folder, "state.json")));
        var listed = (await home.Run(new Call("list", "--json") { Environment = relative })).Ok().As<Listing>()["web"];
        Assert.Equal(Path.Combine(folder, "logs", "web.stdout.log"), listed.StdoutPath);
        (await home.Run(new Call("stop", "web") { Environment = new Dictionary<string, string?> { ["SENTINEL_HOME"] = folder } })).Ok();
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Without_HOME_the_home_is_where_the_user_database_says()
    {
        await using var home = new SentinelHome();

        var there = new Dictionary<string, string?> { ["SENTINEL_HOME"] = null };
        (await home.Run(new Call("run", "sleep 1000", "--name", "web") { Environment = there })).Ok();

        var logs = (await WithoutHome(home, $"user:x:{UserId}:{UserId}::{home.Root}:/bin/sh\n")).Ok();

        Assert.Contains(Path.Combine(home.Root, ".sentinel", "logs", "web.stdout.log"), logs.Stdout);
    }

    [Fact]
    public async Task Without_HOME_and_unknown_to_the_user_database_it_says_what_to_set()
    {
        await using var home = new SentinelHome();

        var outcome = (await WithoutHome(home, "another:x:54321:54321::/:/bin/sh\n")).Fails(1);

        Assert.Contains("set HOME or SENTINEL_HOME", outcome.Stderr);
    }

    [Fact]
    public async Task A_home_folder_that_is_not_there_is_an_error_that_says_what_to_set()
    {
        await using var home = new SentinelHome();
        var nowhere = new Dictionary<string, string?> { ["SENTINEL_HOME"] = null, ["HOME"] = Path.Combine(home.Root, "nowhere") };

        Assert.Contains("set HOME or SENTINEL_HOME", (await home.Run(new Call("list") { Environment = nowhere })).Fails(1).Stderr);
    }

    [Fact]
    public async Task What_a_killed_command_left_behind_is_in_nobodys_way()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        File.WriteAllText(home.StateFile + ".new", """{"version":1,"nextId":""");
        File.WriteAllText(home.PreviousState + ".new", "");
        File.WriteAllText(home.LockFile, "999999999\n and more");

        Assert.Equal("running", (await home.Show("web")).State);
        var next = (await home.Run("run", "sleep 1000", "--name", "next")).Ok();

        Assert.Empty(next.Stderr);
        Assert.Equal([home.Events, home.LockFile, home.StateFile, home.PreviousState], Directory.GetFiles(home.Folder).Order());
        Assert.Equal(["web", "next"], (await home.List()).Processes.Select(process => process.Name));
    }

    private static string UserId => File.ReadLines("/proc/self/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];

    // Only ever a command that writes nothing: it must not be the real home that is found.
    private static async Task<Outcome> WithoutHome(SentinelHome home, string users)
    {
        Needs.MountNamespaces();
        var (database, services) = (Path.Combine(home.Root, "passwd"), Path.Combine(home.Root, "nsswitch.conf"));
        File.WriteAllText(database, users);
        File.WriteAllText(services, "passwd: files\n");
        return await home.Run(new Call("logs", "web")
        {
            Environment = new Dictionary<string, string?> { ["SENTINEL_HOME"] = null, ["HOME"] = null },
            Through =
            [
                "unshare", "--mount", "sh", "-c",
                "mount --bind \"$0\" /etc/passwd && if test -e /etc/nsswitch.conf; then mount --bind \"$1\" /etc/nsswitch.conf; fi && shift && exec \"$@\"",
                database, services,
            ],
        });
    }

    [Fact]
    public async Task A_process_that_version_2_started_is_stopped_with_all_of_it()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();
        var cookie = (string)home.ReadState()["processes"]![0]!["cookie"]!;
        var file = Path.Combine(home.Work, "pid");
        // Its runs had the cookie of their record.
        using var main = home.Begin(new Call("double-fork", file)
        {
            Program = SentinelHome.Actor,
            Through = ["setsid"],
            Environment = new Dictionary<string, string?> { ["SENTINEL_COOKIE"] = cookie },
        });
        await main.Prints("ready");
        var grandchild = Live.Find(int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture))!;
        home.EditState(all =>
        {
            all["version"] = 2;
            var web = all["processes"]![0]!.AsObject();
            web.Remove("runNumber");
            web["state"] = new JsonObject
            {
                ["is"] = "running",
                ["since"] = DateTimeOffset.UtcNow.ToString("o"),
                ["pid"] = main.Pid,
                ["startTicks"] = Live.Find(main.Pid)!.StartTicks,
                ["bootId"] = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
            };
        });

        var web = await home.Show("web");
        Assert.Equal(("running", main.Pid), (web.State, web.Pid));
        (await home.Run("stop", "web")).Ok();

        Assert.False(grandchild.IsAlive);
        Assert.Empty(home.Supervised());
        (await home.Run("start", "web")).Ok();
        Assert.Equal($"{cookie}.1", Assert.Single(home.Supervised()).Environment["SENTINEL_COOKIE"]);
    }

    private static void Damage(string path, string how)
    {
        var good = File.ReadAllText(path);
        File.WriteAllText(path, how switch
        {
            "garbage" => "]}[{ \u0001 not a state",
            "empty" => "",
            "cut short" => good[..(good.Length / 2)],
            "zeros" => new string('\0', good.Length),
            "null" => "null",
            "another kind" => "[1, 2, 3]",
            "a wrong type" => good.Replace("\"nextId\":", "\"nextId\":\"many\",\"was\":"),
            "an id twice" => good.Replace("\"id\":2", "\"id\":1"),
            "a name twice" => good.Replace("\"name\":\"last\"", "\"name\":\"web\""),
            _ => throw new ArgumentException(how),
        });
        Assert.NotEqual(good, File.ReadAllText(path));
    }
}
