namespace Sentinel.EndToEnd;

/// <summary>The screen of <c>sentinel top</c>, on a real terminal.</summary>
public class TopTests
{
    // What a shell's terminal is like: see TmuxScreen.Modes.
    private const string OfShell = "010", OfScreen = "100";

    // Before and after, the settings of the terminal and the exit code are told.
    private const string Told = """stty -g >before; "$sentinel" top; echo "code $?"; stty -g >after; cmp before after && echo "as it was"; exec cat""";

    [Theory]
    [InlineData(40, 10)]
    [InlineData(80, 24)]
    [InlineData(200, 60)]
    public async Task What_comes_goes_and_writes_is_seen_at_any_size(int columns, int rows)
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await using var screen = await TmuxScreen.Begin(home, columns, rows);
        await screen.Shows("No processes");

        await home.Start("web", "sh", "-c", "echo hello from web; exec sleep 1000");
        await home.Sleeper("データ");
        await screen.Shows("2 of 2 up");
        await screen.Shows("> web");
        await screen.Shows("データ");
        await home.Start("failing", "sh", "-c", "exit 3");
        await screen.Shows(lines => lines[0].Contains("2 of 3 up") && lines[0].Contains("1 bad"), "one is bad");
        await screen.Press("G", "l");
        await screen.Shows("Logs データ");
        await screen.Press("Escape");
        await screen.Shows(lines => lines[1].Contains("NAME"), "the table is back");
        await screen.Press("k", "l");
        await screen.Shows("hello from web");
        Assert.All(await screen.Lines(), line => Assert.True(Terminal.Width(line) <= columns));

        await home.Run("delete", "failing");
        await screen.Shows("2 of 2 up");
        await screen.Press("q");
        await screen.Is(OfShell);
        Assert.Equal(2, (await home.List()).Processes.Count(process => process.State == "running"));
    }

    [Fact]
    public async Task A_thousand_can_be_walked_through_searched_and_sorted()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: false);
        await home.Start("worker", "sh", "-c", "exit 0");
        home.Multiply(1000);
        await home.StartDaemon();
        await using var screen = await TmuxScreen.Begin(home, 80, 24);
        await screen.Shows("of 1000 up");

        await screen.Press("G");
        await screen.Shows(lines => lines[1].Contains("-1000 of 1000") && lines.Any(line => line.StartsWith('>')), "the end of the list");
        var last = (await screen.Lines()).Single(line => line.StartsWith('>')).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        await screen.Type($"/{last}");
        await screen.Press("Enter");
        await screen.Shows(lines => lines[2].Contains(last), "what was looked for");
        await screen.Press("Escape", "PPage");
        await screen.Shows(lines => !lines.Any(line => line.StartsWith($"> {last} ")), "a page further up");
    }

    [Fact]
    public async Task Logs_are_those_of_what_is_chosen_however_much_another_writes()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("noisy", "sh", "-c", "while sleep 0.01; do echo noise; done");
        await home.Start("quiet", "sh", "-c", "echo a single line; exec sleep 1000");
        await using var screen = await TmuxScreen.Begin(home, 80, 24);
        await screen.Shows("noise");
        for (var i = 0; i < 5; i++)
        {
            await screen.Press("j");
            await screen.Shows("a single line");
            await screen.Press("k");
            await screen.Shows("noise");
        }
    }

    [Fact]
    public async Task Each_verb_has_a_key_and_what_others_need_is_asked_about()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("db");
        await home.Start(new Call("run", "--name", "web", "--needs", "db", "--", "sleep", "1000"));
        var pid = (await home.Show("web")).Pid;
        await using var screen = await TmuxScreen.Begin(home, 100, 20);
        await screen.Shows("> db");

        await screen.Press("x");
        await screen.Shows("db: needed by web");
        await screen.Press("Escape");
        await screen.ShowsNo("needed by");
        Assert.Equal("running", (await home.Show("db")).State);
        await screen.Press("x");
        await screen.Shows("needed by");
        await screen.Press("y");
        await screen.Shows("Stopped db");
        await screen.Press("s");
        await screen.Shows("Started db");
        await screen.Press("j", "r");
        await Wait.Until(async () => (await home.Show("web")).Pid is { } next && next != pid, () => "web is restarted");
        await screen.Shows("Restarted web");
        await screen.Press("*", "D");
        await screen.Shows("Stop and delete 2 processes?");
        await screen.Press("y");
        await screen.Shows("No processes");
        Assert.Empty((await home.List()).Processes);
    }

    [Fact]
    public async Task Panes_tell_what_the_commands_of_their_names_tell()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call("run", "--name", "db", "--port", "sql", "--env", "API_TOKEN=s3cr3t-value", "--env", "COLOR=blue", "--", "sh", "-c", "sleep 999 & exec sleep 1000"));
        await home.Start(new Call("run", "--name", "web", "--needs", "db", "--", "sleep", "1000"));
        await using var screen = await TmuxScreen.Begin(home, 120, 40);
        await screen.Shows("> db");

        await screen.Press("w");
        await screen.Shows("db (id: 1): running since");
        await screen.Press("v");
        await screen.Shows("COLOR");
        await screen.Shows("********");
        await screen.Press(".");
        await screen.Shows("s3cr3t-value");
        await screen.Press("t");
        await screen.Shows("└─");
        await screen.Press("g");
        await screen.Shows("web  running");
        await screen.Shows("└─ db");
        await screen.Press("p");
        await screen.Shows("sql");
        await screen.Press("e");
        await screen.Shows("started, pid:");
        await screen.Press("i");
        await screen.Shows("Output sentinel status db");
        await screen.Shows("Command:   sh -c");
        await screen.Press("Escape", "?");
        await screen.Shows("show only what matches");
        await screen.Press("Escape");
        await screen.Type(":doc");
        await screen.Shows("Check this machine");
        await screen.Press("Enter");
        await screen.Shows("Output sentinel doctor");
    }

    [Fact]
    public async Task Logs_are_read_from_their_first_line_in_a_backup_to_their_last_and_searched()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call("run", "--name", "web", "--log-max-size", "256K", "--log-backups", "50", "--", "sh", "-c", "seq -f 'line %g of many' 60000; echo the end; exec sleep 1000"));
        await home.Says("web", "the end");
        await Wait.Until(() => Directory.GetFiles(home.Logs).Length > 3, "it is rotated");
        await using var screen = await TmuxScreen.Begin(home, 80, 24);
        await screen.Shows("the end");

        await screen.Press("Tab", "g");
        await screen.Shows(lines => lines.Any(line => line == " line 1 of many"), "the first line");
        await screen.Press("NPage", "NPage");
        await screen.Shows("line 20 of many");
        await screen.Type("/line 4321");
        await screen.Press("Enter");
        await screen.Shows("only /line 4321");
        await screen.Shows("line 43219 of many");
        await screen.Press("N");
        await screen.Shows("line 43218 of many");
        await screen.Press("G");
        await screen.Shows("following");
        await screen.Shows("the end");
    }

    [Fact]
    public async Task A_log_of_a_hundred_thousand_lines_a_second_leaves_time_for_keys()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("chatty", "sh", "-c", "while :; do seq -f 'chatty line %g' 20000; sleep 0.2; done");
        await home.Sleeper("quiet");
        await using var screen = await TmuxScreen.Begin(home, 100, 30);
        await screen.Shows("chatty line");

        await screen.Press("j");
        await screen.Shows("> quiet");
        await screen.Press("k", "Tab", "f");
        await screen.Shows("at ");
        await screen.Press("f");
        await screen.Shows("following");
        await screen.Press("q");
        await screen.Is(OfShell);
    }

    [Fact]
    public async Task After_a_storm_of_resizes_it_is_as_large_as_the_window()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        foreach (var name in new[] { "日本語の名前", "имя", "اسم", "नाम", "🧹-emoji", "e\u0301cole" })
            await home.Sleeper(name);
        await using var screen = await TmuxScreen.Begin(home, 80, 24);
        await screen.Shows("6 of 6 up");

        foreach (var (columns, rows) in Enumerable.Range(0, 60).Select(i => (20 + (i * 37 % 200), 4 + (i * 13 % 60))))
            await screen.Resize(columns, rows);
        await screen.Resize(90, 25);
        await screen.Shows(lines => lines.Length == 25 && lines[0].Contains("6 of 6 up") && lines[1].Contains("NAME") && lines[24].Contains("? help"), "all of it, once");
        foreach (var name in new[] { "日本語の名前", "имя", "اسم", "नाम", "🧹-emoji", "e\u0301cole" })
            await screen.Shows(name);
        Assert.Single(await screen.Lines(), line => line.Contains("NAME"));
    }

    [Theory]
    [InlineData("q", null, "code 0")]
    [InlineData("C-c", null, "code 0")]
    [InlineData(null, Signals.Terminate, "code 143")]
    [InlineData(null, Signals.HangUp, "code 129")]
    [InlineData(null, Signals.Interrupt, "code 130")]
    public async Task However_it_is_left_the_terminal_is_as_it_was(string? key, int? signal, string told)
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: false);
        await home.Sleeper("web");
        await using var screen = await TmuxScreen.Begin(home, 80, 24, $"ulimit -c 0; {Told}");
        await screen.Shows("> web");
        await screen.Is(OfScreen);
        await screen.Press("M");
        await screen.Is("101");

        if (key is not null)
            await screen.Press(key);
        else
            Assert.Single(home.Commands()).Signal(signal!.Value);
        await screen.Shows(told);
        await screen.Shows("as it was");
        await screen.Is(OfShell);
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Fact]
    public async Task Ctrl_Z_gives_the_terminal_to_the_shell_and_fg_takes_it_again()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        await using var screen = await TmuxScreen.Begin(home, 80, 24, "exec sh -i");
        await screen.Shows("$");
        await screen.Type("\"$sentinel\" top");
        await screen.Press("Enter");
        await screen.Shows("> web");

        await screen.Press("C-z");
        await screen.Is(OfShell);
        await screen.Type("echo in the $((1 + 1))nd shell");
        await screen.Press("Enter");
        await screen.Shows("in the 2nd shell");
        await screen.Type("fg");
        await screen.Press("Enter");
        await screen.Is(OfScreen);
        await screen.Shows("> web");
        await screen.ShowsNo("2nd shell");
    }

    [Fact]
    public async Task When_the_daemon_is_killed_it_says_so_and_goes_on_with_the_next()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Sleeper("web");
        await using var screen = await TmuxScreen.Begin(home, 130, 24);
        await screen.Shows($"daemon {home.Daemon().Pid}");

        await home.KillDaemon();
        await screen.Shows("daemon gone; shows what is written");
        await home.Sleeper("later");
        await screen.Shows("2 of 2 up");
        await home.StartDaemon();
        await screen.Shows($"daemon {home.Daemon().Pid}");
        await home.Run("stop", "web");
        await screen.Shows("1 of 2 up");
    }

    [Fact]
    public async Task Without_a_daemon_it_shows_what_is_written_and_what_is_there()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: false);
        var web = await home.Sleeper("web");
        await using var screen = await TmuxScreen.Begin(home, 80, 24, Told, "NO_COLOR=1");
        await screen.Shows("no daemon");
        await screen.Shows("1 of 1 up");
        Assert.DoesNotMatch("\e\\[([0-9]+;)*([34][0-7]|9[0-7])m", await screen.Colored());

        await home.Sleeper("other");
        await screen.Shows("2 of 2 up");
        web.Process.Signal(Signals.Kill);
        await screen.Shows("CRASHED");
        await screen.Press("G", "s");
        await screen.Shows("2 of 2 up");
    }

    [Fact]
    public async Task A_project_is_planned_applied_and_brought_down()
    {
        TmuxScreen.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        var file = Path.Combine(home.Work, "sentinel.toml");
        await File.WriteAllTextAsync(file, "name = \"shop\"\n[process.web]\nrun = \"sleep 1000\"\n", TestContext.Current.CancellationToken);
        await using var screen = await TmuxScreen.Begin(home, 100, 24);
        await screen.Shows("No processes");

        await screen.Press("u");
        await screen.Shows("shop  1 of 1 up or done");
        await File.AppendAllTextAsync(file, "[process.worker]\nrun = \"sleep 1001\"\n", TestContext.Current.CancellationToken);
        await screen.Press("a");
        await screen.Shows("+ worker");
        await screen.Press("a");
        await screen.Shows("1 of 2 up or done");
        await screen.Press("j", "d");
        await screen.Shows("Bring shop down");
        await screen.Press("y");
        await screen.Shows("0 of 2 up or done");
    }

    [Theory]
    [InlineData("TERM=dumb")]
    [InlineData("TERM=")]
    public async Task Where_nothing_can_be_drawn_a_word_and_the_list_are_shown(string variable)
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Sleeper("web");

        var call = Terminal.Call(120, "top");
        var shown = (await home.Run(call with { Environment = new Dictionary<string, string?>(call.Environment) { ["TERM"] = variable[5..] } })).Ok();
        Assert.Contains("'sentinel top' needs a terminal that can move its cursor; this is 'sentinel list'.", shown.Stdout);
        Assert.Contains("| web", shown.Stdout);

        var piped = (await home.Run("top")).Ok();
        Assert.Contains("needs a terminal", piped.Stderr);
        Assert.Contains("| web", piped.Stdout);
        Assert.Contains("there is no process named 'nosuch'", (await home.Run("top", "nosuch")).Fails(1).Stderr);
    }

    [Fact]
    public async Task Sentinel_alone_tells_how_things_are_and_how_to_go_on()
    {
        Terminal.Need();
        await using var home = new SentinelHome();

        Assert.Contains("Start a background process", (await home.Run(Terminal.Call(80))).Ok().Stdout);
        await File.WriteAllTextAsync(Path.Combine(home.Work, "sentinel.toml"), "[process.web]\nrun = \"sleep 1000\"\n", TestContext.Current.CancellationToken);
        Assert.Contains("'sentinel up' starts it", (await home.Run(Terminal.Call(80) with { Folder = home.Work })).Ok().Stdout);
        await home.Sleeper("web");
        var shown = (await home.Run(Terminal.Call(80))).Ok().Stdout;
        Assert.Contains("1 process, 1 running", shown);
        Assert.Contains("'sentinel top' shows it on a screen, 'sentinel --help' all commands", shown);
        Assert.Contains("Start a background process", (await home.Run()).Ok().Stdout);
    }
}
