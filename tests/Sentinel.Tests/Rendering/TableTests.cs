using System.Text.RegularExpressions;
using CsCheck;
using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Core.Queries;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class TableTests
{
    private const long Megabyte = 1024 * 1024;

    private static readonly ProcessSummary[] Two =
    [
        Sample.Running(1, "myserver", 12345, "python server.py --port=8000", 2.1, 45 * Megabyte, TimeSpan.FromSeconds(303)).Info(),
        Sample.Running(2, "frontend", 12346, "npm start", 0.5, 120 * Megabyte, TimeSpan.FromSeconds(121), RestartRule.Always).Info(),
    ];

    [Fact]
    public void Not_on_a_terminal_it_is_plain_ASCII_with_whole_values() => Assert.Equal(
        """
        +----+----------+-------+---------+------+--------+--------+---------+-------+------------------------------+
        | ID | NAME     |   PID | STATUS  |  CPU |    MEM | UPTIME | RESTART | GROUP | COMMAND                      |
        +----+----------+-------+---------+------+--------+--------+---------+-------+------------------------------+
        |  1 | myserver | 12345 | running | 2.1% |  45 MB |  5m 3s |    -    |   -   | python server.py --port=8000 |
        |  2 | frontend | 12346 | running | 0.5% | 120 MB |  2m 1s |    X    |   -   | npm start                    |
        +----+----------+-------+---------+------+--------+--------+---------+-------+------------------------------+
        """.Split('\n'),
        ProcessList.Lines(Two, Sample.Plain));

    [Fact]
    public void What_does_not_run_has_no_figures() => Assert.Equal(
        """
        +----+------+-----+---------+-----+-----+--------+---------+-------+------------------+
        | ID | NAME | PID | STATUS  | CPU | MEM | UPTIME | RESTART | GROUP | COMMAND          |
        +----+------+-----+---------+-----+-----+--------+---------+-------+------------------+
        |  3 | done |   - | stopped |   - |   - |      - |    -    |   -   | python server.py |
        +----+------+-----+---------+-----+-----+--------+---------+-------+------------------+
        """.Split('\n'),
        ProcessList.Lines([new ProcessView(Sample.Record(3, "done"), null).Info()], Sample.Plain));

    [Theory]
    [InlineData(4, "backoff (4s)")]
    [InlineData(0, "backoff")]
    public void What_waits_to_be_restarted_tells_how_long(int seconds, string status) =>
        Assert.Contains($"| {status} |", ProcessList.Lines([Waiting(seconds)], Sample.Plain, Clock.Start).ElementAt(3));

    [Fact]
    public void Where_there_is_hardly_any_room_how_long_it_waits_gives_way_and_that_it_waits_stays() =>
        Assert.Contains("│ backoff… │", WithoutColors(ProcessList.Lines([Waiting(20)], Rich(24), Clock.Start).ElementAt(3)));

    [Fact]
    public void A_command_of_several_lines_stays_on_one() =>
        Assert.Contains(@"| sh -c 'one\ntwo' |", ProcessList.Lines([new ProcessView(Sample.Record(3, "done", "sh -c 'one\ntwo'"), null).Info()], Sample.Plain).ElementAt(3));

    [Fact]
    public void Where_there_is_no_process_it_says_so() => Assert.Equal(["No processes"], ProcessList.Lines([], Sample.Plain));

    [Fact]
    public void A_long_command_is_whole_where_nothing_has_to_fit()
    {
        var command = new string('x', 10_000);

        Assert.Contains(command, ProcessList.Lines([new ProcessView(Sample.Record(1, "web", command), null).Info()], Sample.Plain).ElementAt(3));
    }

    [Fact]
    public void On_a_terminal_there_are_lines_and_colours() => Assert.Equal(
        """
        ╭────┬──────╮
        │ ID │ NAME │
        ├────┼──────┤
        │  1 │ web  │
        ╰────┴──────╯
        """.Split('\n'),
        Lines(Rich(80), [new Column("ID", Align.Right), new Column("NAME")], ["1", new Cell("web", Color.Green)]));

    [Fact]
    public void A_colour_covers_the_text_and_not_the_room_beside_it()
    {
        var table = new Table([new Column("STATUS")]);
        table.Add([new Cell("ok", Color.Green)]);

        Assert.Equal("\e[2m│\e[0m \e[32mok\e[0m     \e[2m│\e[0m", table.Lines(Rich(80)).ElementAt(3));
    }

    [Fact]
    public void Wide_characters_keep_the_columns_straight()
    {
        var lines = Lines(Rich(80), [new Column("NAME"), new Column("PID")], ["日本", "1"], ["web", "2"]).ToList();

        Assert.All(lines, line => Assert.Equal(Text.Width(lines[0]), Text.Width(line)));
    }

    [Fact]
    public void The_command_gives_way_first()
    {
        var whole = Text.Width(Lines(Rich(200))[0]);

        var line = Lines(Rich(whole - 5))[3];

        Assert.Contains("│ python server.py --port=8000 │", Lines(Rich(whole))[3]);
        Assert.Contains("│ python server.py --por… │", line);
        Assert.Contains("│ myserver │ 12345 │ running │  5m 3s │ 2.1% │  45 MB │ -       │", line);
    }

    [Fact]
    public void Then_whole_columns_give_way_the_least_needed_first_and_who_it_is_and_how_it_is_stays()
    {
        var headers = Enumerable.Range(0, 120).Reverse()
            .Select(width => Lines(Rich(width))[1])
            .Select(header => Regex.Matches(header, "[A-Z]+").Select(match => match.Value))
            .Select(columns => string.Join(' ', columns))
            .Distinct()
            .Take(8);

        Assert.Equal(
            [
                "ID NAME PID STATUS UPTIME CPU MEM RESTART COMMAND",
                "ID NAME PID STATUS UPTIME CPU MEM COMMAND",
                "ID NAME STATUS UPTIME CPU MEM COMMAND",
                "ID NAME STATUS UPTIME CPU COMMAND",
                "ID NAME STATUS UPTIME COMMAND",
                "ID NAME STATUS COMMAND",
                "ID NAME STATUS",
                "NAME STATUS",
            ],
            headers);
    }

    private static readonly Gen<ProcessView> AnyProcess =
        Gen.Select(Gen.Int[1, 99_999], Gen.Int[1, 64], Gen.Int[1, 4_194_304], Gen.Int[1, 200], Gen.Bool, Gen.Bool)
            .Select((id, name, pid, command, isRunning, isWide) => isRunning
                ? Sample.Running(id, Words(name, isWide), pid, Words(command, isWide), id / 10.0, pid * 1024L, TimeSpan.FromSeconds(id))
                : new ProcessView(
                    Sample.Record(id, Words(name, isWide), Words(command, isWide)) with { State = new RunState.Backoff(Clock.Start, Clock.Start.AddSeconds(pid)) },
                    null));

    [Fact]
    public void No_line_is_wider_than_the_terminal_and_nothing_is_cut_while_there_is_room() =>
        Gen.Select(AnyProcess.Array[1, 6], Gen.Int[12, 300]).Sample((processes, width) =>
        {
            var lines = ProcessList.Lines([.. processes.Select(process => ProcessSummary.Of(process.Info()))], Rich(width), Clock.Start).Select(WithoutColors).ToList();

            Assert.All(lines, line => Assert.Equal(Text.Width(lines[0]), Text.Width(line)));
            Assert.InRange(Text.Width(lines[0]), 1, width);
            if (lines.Any(line => line.Contains('…')))
                Assert.Equal(width, Text.Width(lines[0]));
        });

    [Fact]
    public void What_a_variable_is_called_outlasts_where_it_is_from()
    {
        var source = EnvironmentSource.File("/a/folder/with/a/long/name/.env", 1);
        var variables = new[] { new VariableInfo(new string('N', 60), IsSet: true, "", source, IsOutdated: false, "", source) };
        var lines = EnvironmentList.Lines(variables, Rich(40)).Select(WithoutColors).ToList();
        Assert.All(lines, line => Assert.Equal(40, Text.Width(line)));
        Assert.Contains("NNNNNNNNNN", lines[3]);
    }

    private static ProcessSummary Waiting(int seconds) =>
        new ProcessView(Sample.Record(1, "web", new string('x', 100)) with { State = new RunState.Backoff(Clock.Start, Clock.Start.AddSeconds(seconds)) }, null).Info();

    private static string Words(int length, bool isWide) => string.Concat(Enumerable.Range(0, length).Select(i => isWide && i % 3 == 0 ? '日' : 'x'));

    private static Style Rich(int width) => new(IsRich: true, width);

    private static string[] Lines(Style style) => [.. ProcessList.Lines(Two, style).Select(WithoutColors)];

    private static IEnumerable<string> Lines(Style style, Column[] columns, params Cell[][] rows)
    {
        var table = new Table(columns);
        foreach (var row in rows)
            table.Add(row);
        return table.Lines(style).Select(WithoutColors);
    }

    private static string WithoutColors(string line) => Regex.Replace(line, "\e\\[[0-9]+m", "");
}
