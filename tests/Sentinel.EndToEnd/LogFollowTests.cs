using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

public partial class LogFollowTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_tells_of_stops_and_starts_beside_the_output_and_ends_when_the_process_is_deleted(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        await home.Start("web", "sh", "-c", "echo from $$; exec sleep 1000");
        using var follow = home.Begin("logs", "web", "--follow");
        await follow.Prints("from ");

        (await home.Run("stop", "web")).Ok();
        await follow.Prints("--- web stopped (SIGTERM)\n");
        var started = Started.Parse((await home.Run("start", "web")).Ok().Stdout);
        await follow.Prints($"from {started.Pid}\n");
        await follow.Prints($"--- web restarted, pid {started.Pid}\n");
        var again = Started.Parse((await home.Run("restart", "web")).Ok().Stdout);
        await follow.Prints($"from {again.Pid}\n");
        (await home.Run("delete", "web", "--logs")).Ok();

        var ended = (await follow.End()).Ok();
        Assert.Equal(3, ended.Lines.Count(line => line.StartsWith("from ", StringComparison.Ordinal)));
        Assert.DoesNotContain("---", ended.Stdout);
        Assert.Equal(
            [
                "--- web stopped (SIGTERM)", $"--- web restarted, pid {started.Pid}", "--- web stopped (SIGTERM)",
                $"--- web restarted, pid {again.Pid}", "--- web stopped (SIGTERM)", "--- web deleted",
            ],
            ended.Stderr.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task On_a_terminal_an_exit_stands_after_all_that_the_run_wrote_to_both_logs()
    {
        Terminal.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start(new Call("run", "--name", "web", "--restart", "--max-restarts", "4",
            "for i in $(seq 30); do echo line $i; echo trouble $i >&2; done; exit 3"));
        using var follow = home.Begin(Terminal.Call(200, "logs", "web", "--follow", "--all"));
        await follow.Prints("--- web given up: ");
        (await home.Run("delete", "web")).Ok();

        var lines = (await follow.End()).Ok().Lines.Select(line => Escape().Replace(line, "").TrimEnd('\r')).ToList();
        Assert.EndsWith("--- web deleted", lines[^1]);
        var shown = 0;
        foreach (var line in lines)
        {
            if (Regex.IsMatch(line, @"^(line|trouble) \d+$"))
                shown++;
            else if (line.StartsWith("--- web exited with code 3", StringComparison.Ordinal))
                Assert.Equal(0, shown % 60);
        }

        Assert.Equal(5 * 60, shown);
    }

    [Fact]
    public async Task It_follows_through_rotation_clear_and_another_name()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        var log = home.Stdout("web");
        File.AppendAllText(log, "one\n");
        using var follow = home.Begin("logs", "web", "--follow", "--stream", "stdout");
        await follow.Prints("one\n");

        (await home.Run("logs", "rotate", "web")).Ok();
        File.AppendAllText(log, "two\n");
        await follow.Prints("two\n");
        (await home.Run("logs", "web", "--clear")).Ok();
        File.AppendAllText(log, "three\n");
        await follow.Prints("three\n");
        (await home.Run("set", "web", "--name", "api")).Ok();
        (await home.Run("restart", "api")).Ok();
        await follow.Prints("--- api restarted");
        File.AppendAllText(log, "four\n");
        await follow.Prints("four\n");
        (await home.Run("delete", "api")).Ok();

        Assert.Equal(["one", "two", "three", "four"], (await follow.End()).Ok().Lines[1..]);
    }

    [Fact]
    public async Task For_programs_it_has_no_notes_and_ends_with_the_last_of_several_and_an_unfinished_line()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sh", "-c", "echo from web; exec sleep 1000");
        await home.Start("db", "sh", "-c", "printf 'from db\nhalf'; exec sleep 1000");
        using var follow = home.Begin("logs", "--follow", "--json");
        await follow.Prints("from web");
        await follow.Prints("from db");

        (await home.Run("delete", "web")).Ok();
        File.AppendAllText(home.Stdout("db"), " a line");
        (await home.Run("delete", "db")).Ok();

        var ended = (await follow.End()).Ok();
        Assert.Empty(ended.Stderr);
        Assert.Equal(
            [("web", 0, "from web"), ("db", 0, "from db"), ("db", 8, "half a line")],
            ended.Lines.Select(line => JsonNode.Parse(line)!).Select(line => ((string?)line["process"], (int)line["position"]!, (string?)line["text"])));
    }

    [Fact]
    public async Task On_a_terminal_there_is_one_order_as_far_as_it_is_known_and_no_heading()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sh", "-c", "echo out; echo trouble >&2; exec sleep 1000");
        await home.Says("web", "out");
        await Wait.Until(() => File.ReadAllText(home.Stderr("web")).Length > 0, "it has written");
        (await home.Run("restart", "web")).Ok();
        await Wait.Until(() => File.ReadAllLines(home.Stderr("web")).Length > 1, "it has written again");

        var shown = (await home.Run(Terminal.Call(200, "logs", "web"))).Ok().Lines.Select(line => line.TrimEnd('\r')).ToList();

        // Without a daemon no line has a time; it is known that a run wrote before the next began.
        string[] expected =
        [
            @"^\e\[2m--- no daemon noted when these lines were written: one log after the other\e\[0m$", "--- web started, pid ",
            "^out$", @"^\e\[31mtrouble\e\[0m$", "--- web stopped", "--- web restarted", "^out$", @"^\e\[31mtrouble\e\[0m$",
        ];
        Assert.Equal(expected.Length, shown.Count);
        Assert.All(expected.Zip(shown), pair => Assert.Matches(pair.First, pair.Second));
    }

    [Fact]
    public async Task On_a_terminal_the_last_lines_are_those_of_the_process_and_none_in_between_is_missing()
    {
        Terminal.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        // A line of stderr, then ten of stdout, each a moment after the one before, so that their order is known.
        await home.Start("web", "sh", "-c", "echo trouble >&2; sleep 0.3; for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.05; done; exec sleep 1000");
        await home.Says("web", "10");

        var shown = (await home.Run(Terminal.Call(200, "logs", "web", "--lines", "3"))).Ok().Lines.Select(line => line.TrimEnd('\r'));

        Assert.Equal(["8", "9", "10"], shown.Where(line => !line.Contains("---", StringComparison.Ordinal)));
        Assert.Equal(4, (await home.Run("logs", "web", "--lines", "3")).Ok().Lines.Count(line => line.Length > 0 && !line.StartsWith("==>", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("logs", "web", "--follow")]
    [InlineData("events", "--follow", "--json")]
    public async Task Whose_reader_has_gone_ends_also_if_that_was_at_the_other_end_of_a_socket(params string[] command)
    {
        // As Node starts its children.
        string[] throughSocket =
        [
            Needs.Program("perl"), "-MSocket", "-e",
            "socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); if (!fork) { open(STDOUT, '>&', B); close A; close B; exec @ARGV } close B; sysread(A, $x, 1); close A; wait; exit 0",
        ];
        await using var home = await SentinelHome.Create(withDaemon: true);
        await home.Start("web", "/bin/sh", "-c", "echo something; exec sleep 1000");

        (await home.Run(new Call(command) { Through = throughSocket })).Ok();
    }

    [Fact]
    public async Task Of_many_runs_that_wrote_nothing_the_last_is_told()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        for (var i = 0; i < 4; i++)
            (await home.Run("restart", "web")).Ok();

        var shown = (await home.Run(Terminal.Call(200, "logs", "web"))).Ok().Lines;

        Assert.Equal(2, shown.Length);
        Assert.Contains("--- web stopped (SIGTERM)", shown[0]);
        Assert.Contains("--- web restarted, pid ", shown[1]);
        Assert.Equal(9, (await home.Run(Terminal.Call(200, "logs", "web", "--all"))).Ok().Lines.Length);
    }

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Escape();
}
