using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>A changed file restarts the process that depends on it, exactly once.</summary>
public class WatchTests
{
    [Fact]
    public async Task What_leaves_the_content_as_it_is_restarts_nothing()
    {
        await using var home = await Watched("--watch");

        (await home.Run(Call.Line("touch app.py; chmod 700 app.py; cat app.py > /dev/null; cp app.py same; cat same > app.py; rm same"))).Ok();
        (await home.Run(Call.Line("cp -p app.py other; mv other app.py"))).Ok();

        await OnlyTheMarker(home);
    }

    [Theory]
    // In place, as VS Code and nano write.
    [InlineData("echo new > app.py")]
    // A new file over the old, as many write that fear for the old one.
    [InlineData("echo new > .app.py.tmp1; mv .app.py.tmp1 app.py")]
    [InlineData("echo new > app.py___jb_tmp___; mv app.py app.py___jb_old___; mv app.py___jb_tmp___ app.py; rm app.py___jb_old___")]
    // As vim does: asks whether it may, and keeps the old one until the new one is whole.
    [InlineData("touch 4913; rm 4913; touch .app.py.swp; mv app.py app.py~; echo new > app.py; rm app.py~ .app.py.swp")]
    // As emacs does.
    [InlineData("ln -s me@here.1 '.#app.py'; echo new > '#app.py#'; cp app.py app.py~; echo new > app.py; rm '#app.py#' '.#app.py'")]
    [InlineData("rm app.py")]
    public async Task However_a_file_is_saved_that_is_one_restart(string save)
    {
        await using var home = await Watched("--watch");

        (await home.Run(Call.Line(save))).Ok();

        await Restarted(home, "app.py");
        await OnlyTheMarker(home, after: 1);
    }

    [Fact]
    public async Task What_vim_saves_is_one_restart()
    {
        Needs.Program("vim");
        await using var home = await Watched("--watch");

        (await home.Run(Call.Line("vim -u NONE -es -c 'set nocp backup' -c '%s/old/new/' -c 'wq' app.py < /dev/null"))).Ok();

        await Restarted(home, "app.py");
        Assert.StartsWith("new", File.ReadAllText(Path.Combine(home.Work, "app.py")));
        (await home.Run(Call.Line("rm -f app.py~"))).Ok();
        await OnlyTheMarker(home, after: 1);
    }

    [Fact]
    public async Task What_nano_saves_is_one_restart()
    {
        Needs.Program("nano");
        Terminal.Need();
        await using var home = await Watched("--watch");

        using var nano = home.Begin(Terminal.Line(80, "nano -I app.py"));
        await Wait.Until(() => nano.Stdout.Contains("old"), "it shows the file");
        // ^O asks for the name, which Enter takes, and ^X ends.
        nano.Type("new ");
        nano.Type("\u000f");
        nano.Type("\r");
        nano.Type("\u0018");
        await nano.Finish();

        await Restarted(home, "app.py");
        Assert.StartsWith("new old", File.ReadAllText(Path.Combine(home.Work, "app.py")));
        await OnlyTheMarker(home, after: 1);
    }

    [Fact]
    public async Task An_installation_by_npm_is_one_restart()
    {
        Needs.Program("npm");
        await using var home = await Watched("--watch", before: """
            mkdir ../dep; for i in $(seq 200); do echo "exports.f$i = $i" > ../dep/f$i.js; done; echo '{"name":"dep","version":"1.0.0"}' > ../dep/package.json; (cd ../dep && npm pack --silent > /dev/null)
            echo '{"name":"app","version":"1.0.0"}' > package.json
            """);

        (await home.Run(Call.Line("npm install --offline --no-audit --no-fund --silent --cache ../cache ../dep/dep-1.0.0.tgz"))).Ok();

        Assert.True(File.Exists(Path.Combine(home.Work, "node_modules/dep/f200.js")));
        // What it depends on now, and not the files in node_modules.
        await Wait.Until(async () => (await Restarts(home)).Count == 1, () => "it is restarted");
        Assert.StartsWith("package", (string?)(await Restarts(home))[0]["path"]);
        await OnlyTheMarker(home, after: 1);
    }

    [Fact]
    public async Task A_checkout_of_many_files_is_one_restart_once_git_is_done()
    {
        Needs.Program("git");
        await using var home = await Watched("--watch", before: """
            git init -q; git config user.email a@b; git config user.name a; mkdir -p src; for i in $(seq 50); do echo old > src/f$i; done
            git add -A; git commit -qm one; git checkout -qb other; for i in $(seq 50); do echo new > src/f$i; done; git commit -qam two
            """);

        // Git is at work for as long as the lock is there.
        var isLocked = Path.Combine(home.Work, ".git/index.lock");
        File.WriteAllText(Path.Combine(home.Work, "src/f1"), "half");
        File.WriteAllText(isLocked, "");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Empty(await Restarts(home));
        File.Delete(isLocked);
        await Restarted(home, "src/f1");

        (await home.Run(Call.Line("git checkout -qf master 2> /dev/null || git checkout -qf main"))).Ok();

        await Restarted(home, "src/f1", restarts: 2);
        Assert.Equal(49, (int)(await Restarts(home))[1]["more"]!);
        await OnlyTheMarker(home, after: 2);
    }

    [Fact]
    public async Task Folders_that_are_made_or_renamed_later_are_followed()
    {
        await using var home = await Watched("--watch");

        (await home.Run(Call.Line("mkdir -p made/deep; echo a > made/deep/a"))).Ok();
        await Restarted(home, "made/deep/a");
        (await home.Run(Call.Line("mv made/deep moved"))).Ok();
        await Restarted(home, "made/deep/a", restarts: 2);
        Assert.Equal(1, (int)(await Restarts(home))[1]["more"]!);
        (await home.Run(Call.Line("echo b > moved/a"))).Ok();
        await Restarted(home, "moved/a", restarts: 3);

        await OnlyTheMarker(home, after: 3);
    }

    [Fact]
    public async Task What_is_not_there_yet_is_waited_for()
    {
        await using var home = await Watched("--watch=dist/site,marker");

        (await home.Run(Call.Line("echo other > app.py; mkdir dist; mkdir dist/site; echo a > dist/site/index.html"))).Ok();
        await Restarted(home, "dist/site/index.html");
        (await home.Run(Call.Line("rm -r dist"))).Ok();
        await Restarted(home, "dist/site/index.html", restarts: 2);
        (await home.Run(Call.Line("mkdir -p dist/site; echo a > dist/site/new.html"))).Ok();
        await Restarted(home, "dist/site/new.html", restarts: 3);

        await OnlyTheMarker(home, after: 3);
    }

    [Fact]
    public async Task What_is_ignored_does_not_count()
    {
        await using var home = await Watched("--watch", "--watch-ignore", "*.md", "--watch-ignore", "cache/", before: """
            mkdir -p build cache docs node_modules .git sub
            printf '*.log\n!keep.log\n/build/\n' > .gitignore; echo local.txt > sub/.ignore
            """);

        (await home.Run(Call.Line("""
            echo new > a.log; echo new > sub/b.log; echo new > build/out; echo new > cache/x; echo new > docs/read.md; echo new > node_modules/x
            echo new > .git/x; echo new > sub/local.txt; mkdir __pycache__; echo new > __pycache__/x
            """))).Ok();
        await OnlyTheMarker(home);
        (await home.Run(Call.Line("echo new > keep.log"))).Ok();
        await Restarted(home, "keep.log", restarts: 2);
    }

    [Fact]
    public async Task Its_own_logs_and_the_home_do_not_count()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call(["run", "--name", "web", "--watch", "--", "sh", "-c", "while :; do echo line; sleep 0.05; done"]) { Folder = home.Root });
        await home.Says("web", "line", times: 20);
        File.WriteAllText(Path.Combine(home.Root, "marker"), "new");
        await Restarted(home, "marker");
        Assert.Single(await Restarts(home));
    }

    [Fact]
    public async Task A_build_that_writes_into_what_it_is_restarted_for_is_paused_and_the_file_is_named()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call(["run", "--name", "web", "--watch", "--", "sh", "-c", "date +%s%N > '[out].txt'; exec sleep 1000"]));

        await Wait.Until(async () => (await home.Happened("web")).Exists(each => Word(each) == "watch-loop"), () => "the loop is noticed");

        var loop = (await home.Happened("web")).Single(each => Word(each) == "watch-loop");
        Assert.Equal(("[out].txt", @"\[out].txt"), ((string?)loop["path"], (string?)loop["ignore"]));
        Assert.Contains("watch is paused: [out].txt changed", (await home.Run("why", "web")).Ok().Stdout.ReplaceLineEndings(" ").Replace("   ", " "));
        Assert.Equal("running", (await home.Show("web")).State);
        var before = (await Restarts(home)).Count;

        (await home.Run("set", "web", "--watch-ignore", @"\[out].txt")).Ok();
        File.WriteAllText(Path.Combine(home.Work, "marker"), "new");
        await Restarted(home, "marker", restarts: before + 1);
    }

    [Fact]
    public async Task What_the_user_stopped_stays_so_and_a_task_runs_again()
    {
        await using var home = await Watched("--watch");
        await home.Start(new Call(["run", "--name", "task", "--type", "task", "--watch", "--", "true"]));
        await Wait.Until(async () => (await home.Show("task")).State == "done", () => "it is done");
        (await home.Run("stop", "web")).Ok();

        File.WriteAllText(Path.Combine(home.Work, "app.py"), "new");

        await Wait.Until(async () => (await Restarts(home, "task")).Count == 1, () => "it runs again");
        Assert.Equal("stopped", (await home.Show("web")).State);
        Assert.Empty(await Restarts(home));
    }

    [Fact]
    public async Task A_signal_or_a_command_leaves_the_process_alone()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        File.WriteAllText(Path.Combine(home.Work, "app.py"), "old");
        await home.Start(new Call(["run", "--name", "hup", "--watch=app.py", "--watch-then", "signal:HUP", "--", "sh", "-c", "trap 'echo hup' HUP; while :; do sleep 0.05; done"]));
        await home.Start(new Call(["run", "--name", "make", "--watch=app.py", "--watch-then", "run:cp app.py $TO", "--env", "TO=copy", "--", "sleep", "1000"]));

        File.WriteAllText(Path.Combine(home.Work, "app.py"), "new");

        await home.Says("hup", "hup");
        await Wait.Until(() => File.Exists(Path.Combine(home.Work, "copy")), "the command has run");
        Assert.All(await Runs(home, "hup", "make"), run => Assert.Equal(1, run));
        Assert.Equal("signal:SIGHUP", (string?)(await home.Happened("hup")).Single(each => Word(each) == "watch-action")["then"]);
    }

    [Fact]
    public async Task A_set_is_restarted_one_at_a_time_each_for_the_same_file()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        (await home.Run("run", "--name", "api", "--instances", "3", "--watch", "--watch-then", "rolling", "--", "sleep", "1000")).Ok();

        File.WriteAllText(Path.Combine(home.Work, "app.py"), "new");

        await Wait.Until(async () => (await Runs(home, "api-1", "api-2", "api-3")).All(run => run == 2), () => "all are restarted");
        var happened = (await home.Happened()).Where(each => Word(each) is "watch-restart" or "started").Skip(3).Select(each => $"{each["name"]} {Word(each)}");
        Assert.Equal(["api-1 watch-restart", "api-1 started", "api-2 watch-restart", "api-2 started", "api-3 watch-restart", "api-3 started"], happened);
    }

    [Fact]
    public async Task The_file_is_named_wherever_somebody_looks()
    {
        await using var home = await Watched("--watch=*.py");

        File.WriteAllText(Path.Combine(home.Work, "app.py"), "new");
        await Restarted(home, "app.py");

        Assert.Contains("because app.py changed", (await home.Run("why", "web")).Ok().Stdout);
        Assert.Contains("app.py changed at", (await home.Run("status", "web")).Ok().Stdout);
        Assert.Contains("app.py", (await home.Run("list", "--columns", "name,changed")).Ok().Stdout);
        Assert.Contains("is restarted: app.py changed", (await home.Run("events", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task Without_a_daemon_the_user_is_told_that_nobody_watches()
    {
        await using var home = await SentinelHome.Create(withDaemon: false);
        var run = (await home.Run("run", "--name", "web", "--watch", "--", "sleep", "1000")).Ok();
        Assert.Contains("Files are watched by the daemon, which is not running", run.Stderr);
    }

    private static async Task<SentinelHome> Watched(string watch, string? option = null, string? value = null, string? option2 = null, string? value2 = null, string? before = null)
    {
        var home = await SentinelHome.Create(withDaemon: true);
        File.WriteAllText(Path.Combine(home.Work, "app.py"), "old\n");
        if (before is not null)
            (await home.Run(Call.Line(before))).Ok();
        await home.Sleeper("web", [watch, .. new[] { option, value, option2, value2 }.OfType<string>()]);
        return home;
    }

    // What came before would come with it, or before it.
    private static async Task OnlyTheMarker(SentinelHome home, int after = 0)
    {
        File.WriteAllText(Path.Combine(home.Work, "marker"), "new");
        await Restarted(home, "marker", after + 1);
        var last = (await Restarts(home))[^1];
        Assert.Equal(("marker", 0), ((string?)last["path"], (int)last["more"]!));
        Assert.Equal(after + 2, (await Runs(home, "web"))[0]);
    }

    private static async Task Restarted(SentinelHome home, string path, int restarts = 1)
    {
        await Wait.Until(async () => (await Runs(home, "web"))[0] == restarts + 1 && (await home.Show("web")).State == "running", () => $"it is restarted for {path}");
        var all = await Restarts(home);
        Assert.Equal((restarts, path), (all.Count, (string?)all[^1]["path"]));
    }

    private static async Task<List<JsonNode>> Restarts(SentinelHome home, string name = "web") =>
        (await home.Happened(name)).FindAll(each => Word(each) == "watch-restart");

    private static async Task<int[]> Runs(SentinelHome home, params string[] names)
    {
        var all = JsonNode.Parse((await home.Run("list", "--json")).Ok().Stdout)!["processes"]!.AsArray();
        return [.. names.Select(name => (int)all.Single(process => (string?)process!["name"] == name)!["run"]!)];
    }

    private static string Word(JsonNode happened) => (string)happened["event"]!;
}
