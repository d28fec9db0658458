using System.Text;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Queries;

public sealed class LogPageTests : IDisposable
{
    private const int MostLines = 1000, MostCharacters = 256 * 1024;

    private readonly MadeUpSentinel _sentinel = new();
    private readonly string _log;

    public LogPageTests()
    {
        _sentinel.Started("web");
        _log = _sentinel.Home.StdoutOf(_sentinel["web"]);
        Directory.CreateDirectory(Path.GetDirectoryName(_log)!);
    }

    [Fact]
    public void Pages_backwards_and_forwards_hold_every_line_once()
    {
        Write(string.Concat(Enumerable.Range(0, 250).Select(i => $"line {i}\n")));

        var backwards = new List<LogPageLine>();
        var page = Ask(lines: 40);
        for (; ; page = Ask(lines: 40, before: page.Before))
        {
            backwards.InsertRange(0, page.Lines);
            if (page.Before == page.Start)
                break;
        }

        var forwards = new List<LogPageLine>();
        for (page = Ask(lines: 40, after: 0); page.Lines.Count > 0; page = Ask(lines: 40, after: page.After))
            forwards.AddRange(page.Lines);

        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"line {i}"), backwards.Select(line => line.Text));
        Assert.Equal(backwards, forwards);
    }

    [Fact]
    public void A_line_that_is_not_finished_comes_again()
    {
        Write("whole\nhal");
        var page = Ask(lines: 10);
        Assert.Equal([("whole", true), ("hal", false)], page.Lines.Select(line => (line.Text, line.IsWhole)));

        Write("f\nnext\n");
        Assert.Equal([("half", true), ("next", true)], Ask(lines: 10, after: page.After).Lines.Select(line => (line.Text, line.IsWhole)));
    }

    [Fact]
    public void A_position_outlasts_rotation_and_what_is_gone_is_left_out()
    {
        Write(string.Concat(Enumerable.Range(0, 2_000).Select(i => $"line {i,4}\n")));
        var position = Ask(lines: 1).Lines[0].Position;
        _sentinel.Supervisor.Do(new Request.RotateLogs(new Selection.All())).Now();

        Assert.Equal("line 1999", Ask(lines: 1, after: position).Lines[0].Text);
        Assert.Equal("line 1998", Ask(lines: 1, before: position).Lines[0].Text);

        _sentinel.Supervisor.Do(new Request.ClearLogs(new Selection.All(), null)).Now();
        Write("new\n");
        Assert.Equal(["new"], Ask(lines: 10, after: 0).Lines.Select(line => line.Text));
    }

    [Fact]
    public void A_page_fits_into_a_message_whatever_the_log_holds()
    {
        Write(string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{i} {new string('x', 400)}\n")) + new string('y', 1_000_000) + "\n");

        var last = Ask(lines: int.MaxValue);

        Assert.InRange(last.Lines.Count, 2, MostLines);
        Assert.InRange(last.Lines.Sum(line => line.Text.Length), 1, MostCharacters);
        Assert.StartsWith("yyyy", last.Lines[^1].Text);
        Assert.InRange(Ask(lines: int.MaxValue, after: 0).Lines.Sum(line => line.Text.Length), MostCharacters / 2, MostCharacters);
    }

    [Fact]
    public void What_a_terminal_would_not_show_is_not_in_it_and_lines_have_their_streams()
    {
        Write("\e[31mred\e[0m\r\n");
        File.WriteAllText(_sentinel.Home.StderrOf(_sentinel["web"]), "wrong\n");

        Assert.Equal("red", Ask(lines: 1).Lines[0].Text);
        Assert.Equal("wrong", Assert.Single(Ask(lines: 1, stream: LogStream.Stderr).Lines).Text);
    }

    [Fact]
    public void Without_a_log_a_page_is_empty_and_without_a_process_it_is_missing()
    {
        Assert.Empty(Ask(lines: 1).Lines);
        Assert.Equal(FailureCode.NotFound, Assert.IsType<Outcome.Failed>(Assert.Single(Answer(new Query.Log("nobody", LogStream.Stdout, 1)).Missing)).Code);
    }

    public void Dispose() => _sentinel.Dispose();

    private void Write(string text) => File.AppendAllText(_log, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private LogPage Ask(int lines, long? before = null, long? after = null, LogStream stream = LogStream.Stdout) =>
        Answer(new Query.Log("web", stream, lines) { Before = before, After = after }).Page!;

    private Answer.Log Answer(Query query) => Assert.IsType<Answer.Log>(new Observer(new ObserverTools(
        _sentinel.Store, _sentinel.Machine, new NoOpenLogs(), new LogFiles(), new RegularFiles(), new Accounts(), _sentinel.Ports, _sentinel.Starts,
        () => throw new NotSupportedException(), _sentinel.Clock, () => "1.0", IsWatched: () => false)).Ask(query).Now());

    private sealed class NoOpenLogs : IOpenLogs
    {
        public IReadOnlyList<DeletedLog> DeletedOf(ProcessRecord record) => [];

        public IReadOnlyList<MovedLog> MovedOf(ProcessRecord record) => [];
    }
}
