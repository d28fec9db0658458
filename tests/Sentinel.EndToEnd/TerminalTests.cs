namespace Sentinel.EndToEnd;

public class TerminalTests
{
    [Fact]
    public async Task On_a_terminal_it_has_colour_and_borders_and_no_line_is_wider_than_the_terminal()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "sleep 1000 " + new string('0', 300), "--name", "日本語の名前"));
        await home.Start("a-rather-long-name-for-a-process", "sleep", "1000");

        foreach (var columns in (int[])[20, 60, 80, 120, 160, 500])
        {
            var lines = (await home.Run(Terminal.Call(columns, "list"))).Ok().Lines;
            Assert.Contains(lines, line => line.Contains("\e["));
            Assert.Contains(lines, line => line.Contains('│'));
            Assert.All(lines, line => Assert.True(Terminal.Width(line) <= columns, $"{Terminal.Width(line)} columns in {columns}: {line}"));
            if (columns < 60)
                continue;
            // Who and how it is outlasts all else; the command gives way first, and the name when it is long.
            Assert.Contains(lines, line => line.Contains(columns >= 120 ? "日本語の名前" : "日本") && line.Contains("running"));
            Assert.Contains(lines, line => line.Contains(columns >= 160 ? "a-rather-long-name-for-a-process" : "a-rath"));
            // While anything is cut, no room is left over.
            Assert.Equal(columns, columns >= 500 ? columns : lines.Max(Terminal.Width));
            Assert.Equal(columns >= 500, lines.Any(line => line.Contains(new string('0', 300))));
        }
    }

    [Fact]
    public async Task What_went_wrong_catches_the_eye()
    {
        Terminal.Need();
        await using var home = new SentinelHome();

        Assert.StartsWith("\e[31mError:\e[0m there is no process named 'web'", (await home.Run(Terminal.Call(80, "stop", "web"))).Stdout);
        Assert.Contains("\e[33mWarning:\e[0m Restart flag set", (await home.Run(Terminal.Call(80, "run", "--restart", "sleep 1000"))).Ok().Stdout);
    }

    [Theory]
    [InlineData("NO_COLOR", "1")]
    [InlineData("TERM", "dumb")]
    public async Task A_terminal_that_wants_it_plain_gets_it_plain(string variable, string value)
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");

        foreach (var command in (string[][])[["list"], ["status", "web"], ["logs", "web"], ["stop", "web"], ["stop", "nosuch"], ["list"], ["--help"]])
        {
            var call = Terminal.Call(80, command);
            var outcome = await home.Run(call with { Environment = new Dictionary<string, string?>(call.Environment) { [variable] = value } });
            Assert.NotEmpty(outcome.Stdout);
            Assert.DoesNotContain("\e", outcome.Stdout);
            Assert.DoesNotContain("│", outcome.Stdout);
        }
    }

    [Fact]
    public async Task Escape_codes_in_a_command_or_name_do_not_reach_the_terminal()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000", "\e]0;owned\a\e[2J\rline\nbreak");

        Assert.Equal(5, (await home.Run("list")).Ok().Lines.Length);
        foreach (var command in (string[][])[["list"], ["status", "web"]])
        {
            var shown = (await home.Run(Terminal.Call(200, command))).Ok().Stdout;
            Assert.DoesNotContain("\a", shown);
            Assert.DoesNotContain("\e[2J", shown);
        }
    }

    [Fact]
    public async Task Ctrl_C_typed_on_the_terminal_leaves_the_process_alone()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sh", "-c", "echo here; exec sleep 1000");
        using var follow = home.Begin(Terminal.Call(80, "logs", "web", "--follow"));
        await follow.Prints("here");

        follow.Type("\u0003");

        (await follow.End()).Fails(130);
        Assert.True(web.Process.IsAlive);
    }

    [Fact]
    public async Task Watch_refreshes_in_place_until_it_is_interrupted_and_leaves_the_terminal_as_it_was()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sleep", "1000");
        using var watch = home.Begin(Terminal.Call(100, "list", "--watch"));
        await watch.Prints("running");

        (await home.Run("stop", "web")).Ok();
        await watch.Prints("stopped");
        (await home.Run("start", "web")).Ok();
        watch.Type("\u0003");

        var shown = (await watch.End()).Fails(130).Stdout;
        Assert.Equal("running", (await home.Show("web")).State);
        Assert.False(web.Process.IsAlive);
        // What is hidden or switched is shown or switched back at the end.
        Assert.Equal(shown.LastIndexOf("\e[?25l", StringComparison.Ordinal) >= 0, shown.LastIndexOf("\e[?25h", StringComparison.Ordinal) > shown.LastIndexOf("\e[?25l", StringComparison.Ordinal));
        Assert.Equal(shown.Contains("\e[?1049h"), shown.Contains("\e[?1049l"));
    }

    [Fact]
    public async Task Watch_has_a_heading_and_ends_when_q_is_typed()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using var watch = home.Begin(Terminal.Line(100, $@"stty -g; {SentinelHome.Binary} list --watch; echo code \$?; stty -g"));
        await watch.Prints("q quits");

        watch.Type("q");

        var lines = (await watch.End()).Ok().Lines;
        Assert.Contains(lines, line => line.Contains("1 process, 1 running   "));
        Assert.EndsWith("code 0", lines[^2].TrimEnd('\r'));
        Assert.Equal(lines[0], lines[^1]);
    }

    [Fact]
    public async Task Watch_that_is_ended_by_a_signal_leaves_the_terminal_as_it_was()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using var watch = home.Begin(Terminal.Line(100, $@"stty -g; {SentinelHome.Binary} list --watch; echo code \$?; stty -g"));
        await watch.Prints("q quits");

        Assert.Single(home.Commands()).Signal(Signals.Terminate);

        var lines = (await watch.End()).Ok().Lines;
        Assert.Contains("code 143", lines[^2]);
        Assert.Equal(lines[0], lines[^1]);
    }

    [Fact]
    public async Task Watch_needs_no_keyboard()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using var watch = home.Begin(Terminal.Line(100, $"exec {SentinelHome.Binary} list --watch </dev/null"));
        await watch.Prints("Ctrl+C quits");

        watch.Type("\u0003");

        Assert.DoesNotContain("q quits", (await watch.End()).Fails(130).Stdout);
    }

    [Fact]
    public async Task Watch_shows_no_more_than_fits_so_that_nothing_scrolls()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        home.Multiply(200);
        using var watch = home.Begin(Terminal.Call(100, "list", "--watch"));
        await Wait.Until(() => watch.Stdout.Split("\e[H").Length > 2, "it has refreshed");

        watch.Type("\u0003");

        var screens = (await watch.End()).Fails(130).Stdout.Split("\e[H");
        Assert.All(screens, screen => Assert.InRange(screen.Count(c => c == '\n'), 0, Terminal.Rows - 1));
    }

    [Fact]
    public async Task Watch_is_for_a_terminal()
    {
        await using var home = new SentinelHome();

        Assert.Contains("terminal", (await home.Run("list", "--watch")).Fails(2).Stderr);
    }
}
