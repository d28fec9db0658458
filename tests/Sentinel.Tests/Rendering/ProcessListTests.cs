using System.Text.RegularExpressions;
using Sentinel.Api;
using Sentinel.Commands;
using Sentinel.Core.Queries;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed partial class ProcessListTests
{
    private static readonly DateTimeOffset Now = Clock.Start;

    private static readonly ProcessSummary Web = new ProcessView(
        Sample.Record(1, "web") with { State = new RunState.Running(Now, new ProcessIdentity(12345, 1, "boot")), Restarts = 3 },
        new TreeUsage(2.1, 45 * 1024 * 1024, TimeSpan.FromSeconds(303), [12345]))
    {
        Ports = [new PortLease(8000, "http", Now, 1)],
    }.Info();

    private static readonly HealthInfo Unhealthy =
        HealthInfo.From(HealthCheck.By(new Probe(ProbeKind.Http, "http://localhost")), new Health(IsHealthy: false, Now, "no answer"));

    [Fact]
    public void A_terminal_of_80_columns_shows_what_matters_daily()
    {
        var busy = Web with { Group = "backend", Restart = "always", Command = "python3 -m http.server 8000 --directory /srv/files" };

        Assert.Equal(
            """
            ╭────┬──────┬─────────┬────────┬───┬──────┬───────┬────────────────────────────╮
            │ ID │ NAME │ STATUS  │ UPTIME │ ↺ │  CPU │   MEM │ COMMAND                    │
            ├────┼──────┼─────────┼────────┼───┼──────┼───────┼────────────────────────────┤
            │  1 │ web  │ running │  5m 3s │ 3 │ 2.1% │ 45 MB │ python3 -m http.server 80… │
            ╰────┴──────┴─────────┴────────┴───┴──────┴───────┴────────────────────────────╯
            """.Split('\n'),
            ProcessList.Lines([busy], new Style(IsRich: true, 80), Now).Select(WithoutColors));
        Assert.Equal("ID NAME STATUS UPTIME ↺ CPU MEM PORT COMMAND", Headers([busy], 81));
        Assert.Equal("ID NAME PID STATUS UPTIME ↺ CPU MEM PORT RESTART GROUP COMMAND", Headers([busy], 200));
    }

    [Fact]
    public void A_column_in_which_there_is_nothing_is_not_on_a_terminal() =>
        Assert.Equal("ID NAME PID STATUS UPTIME CPU MEM COMMAND", Headers([Web with { Restarts = 0, Ports = [] }], 200));

    [Fact]
    public void Programs_get_the_columns_that_they_know() => Assert.Equal(
        "| ID | NAME |   PID | STATUS  |  CPU |   MEM | UPTIME | RESTART | GROUP | COMMAND          |",
        ProcessList.Lines([Web], Sample.Plain, Now).ElementAt(1));

    [Theory]
    [InlineData(7, null, "crashed (7)", "crashed")]
    [InlineData(null, "SIGSEGV", "crashed (SIGSEGV)", "crashed")]
    [InlineData(null, null, "crashed", "crashed")]
    public void A_terminal_shows_how_it_crashed(int? code, string? signal, string rich, string plain)
    {
        var crashed = Web with { State = "crashed", LastExitCode = code, LastSignal = signal };

        Assert.Equal(rich, ProcessStatus.Rich(crashed, Now).Text);
        Assert.Equal(plain, ProcessStatus.Plain(crashed, Now).Text);
    }

    [Fact]
    public void What_its_last_run_ended_with_comes_from_its_record()
    {
        ProcessSummary Crashed(Exit how, string? why = null) => new ProcessView(
            Sample.Record(1, "web") with { State = new RunState.Crashed(Now), LastRun = new EndedRun(9, Now, Now, Witnessed: true, how, Why: why) }, null).Info();

        Assert.Equal("crashed (3)", ProcessStatus.Rich(Crashed(new Exit.Code(3)), Now).Text);
        Assert.Equal("crashed (SIGKILL)", ProcessStatus.Rich(Crashed(new Exit.Signal(9, CoreDumped: false)), Now).Text);
        Assert.Equal("crashed", ProcessStatus.Rich(Crashed(new Exit.NotStarted("no such file")), Now).Text);
        // Nobody but Sentinel sent it.
        Assert.Equal("crashed", ProcessStatus.Rich(Crashed(new Exit.Signal(15, CoreDumped: false), "it was not ready after 90 s"), Now).Text);
    }

    [Fact]
    public void A_terminal_shows_how_long_it_waits_and_how_often_it_was_restarted_in_vain()
    {
        Assert.Equal("backoff 4s", ProcessStatus.Rich(Web with { State = "backoff", RestartDue = Now.AddSeconds(4) }, Now).Text);
        Assert.Equal("backoff", ProcessStatus.Rich(Web with { State = "backoff", RestartDue = Now }, Now).Text);
        Assert.Equal("failed (5 in 60s)", ProcessStatus.Rich(Web with { State = "failed", MaxRestarts = 5, RestartWindowSeconds = 60 }, Now).Text);
    }

    [Fact]
    public void A_terminal_shows_unhealthy_for_running()
    {
        Assert.Equal(new Cell("unhealthy", Color.Red), ProcessStatus.Rich(Web with { Health = Unhealthy }, Now));
        Assert.Equal("running", ProcessStatus.Plain(Web with { Health = Unhealthy }, Now).Text);
        Assert.Equal("stopped", ProcessStatus.Rich(Web with { Health = Unhealthy, State = "stopped" }, Now).Text);
    }

    [Fact]
    public void Columns_can_be_chosen_with_their_order()
    {
        Assert.Equal(
            ["+------+------+----+----------+", "| PORT | NAME | ID | RESTARTS |", "+------+------+----+----------+", "| 8000 | web  |  1 |        3 |", "+------+------+----+----------+"],
            ProcessList.Lines([Web], Sample.Plain, Now, ["ports", "name", "id", "restarts"]));
        Assert.Equal("│ PORT │ NAME │ ID │ ↺ │", WithoutColors(ProcessList.Lines([Web], new Style(true, 40), Now, ["ports", "name", "id", "restarts"]).ElementAt(1)));
        Assert.Equal("│ PORT │ NAME │", WithoutColors(ProcessList.Lines([Web], new Style(true, 16), Now, ["ports", "name", "id", "restarts"]).ElementAt(1)));
    }

    [Fact]
    public void Every_column_can_be_chosen_by_its_name() =>
        Assert.Equal(5, ProcessList.Lines([Web], Sample.Plain, Now, [.. ProcessColumn.Names]).Count());

    [Fact]
    public void A_word_that_is_not_known_is_refused_with_those_that_are()
    {
        string[] known = ["id", "name"];

        Assert.Equal(["name", "id"], WordList.Parse("NAME, id,name", "columns", known).Words);
        Assert.Equal("'port' is not one of the columns: id, name", Assert.Throws<FormatException>(() => WordList.Parse("id,port", "columns", known)).Message);
        Assert.Contains("id, name", Assert.Throws<FormatException>(() => WordList.Parse(",", "columns", known)).Message);
    }

    [Theory]
    [InlineData("running", true)]
    [InlineData("unhealthy", true)]
    [InlineData("crashed,healthy", false)]
    public void A_process_is_listed_by_its_state_or_its_health(string states, bool isListed) =>
        Assert.Equal(isListed, new ProcessFilter(states.Split(',')).Passes(Web with { Health = Unhealthy }));

    [Fact]
    public void The_heading_of_a_watch_counts_what_runs_and_what_is_wrong()
    {
        ProcessSummary[] some = [Web, Web, Web with { State = "failed" }, Web with { State = "stopped" }];

        Assert.Matches(@"^4 processes, 2 running, 1 failed   \d\d:\d\d:\d\d   q quits$", ListScreen.Heading(some, Now, "q quits", 80));
        Assert.Matches(@"^4 proce…   \d\d:\d\d:\d\d   q quits$", ListScreen.Heading(some, Now, "q quits", 29));
    }

    [Fact]
    public void What_has_no_room_on_the_screen_is_counted()
    {
        string[] table = [.. ProcessList.Lines([Web, Web, Web, Web], Sample.Plain, Now)];

        Assert.Equal(table, ListScreen.Cut(table, 8));
        Assert.Equal([.. table[..5], "... 2 more"], ListScreen.Cut(table, 6));
        Assert.Equal([.. table[..1], "... 4 more"], ListScreen.Cut(table, 2));
    }

    private static string Headers(ProcessSummary[] processes, int width) => string.Join(' ', Words().Matches(
        WithoutColors(ProcessList.Lines(processes, new Style(IsRich: true, width), Now).ElementAt(1))).Select(match => match.Value));

    private static string WithoutColors(string line) => Colors().Replace(line, "");

    [GeneratedRegex("\e\\[[0-9]+m")]
    private static partial Regex Colors();

    [GeneratedRegex("[A-Z]+|↺")]
    private static partial Regex Words();
}
