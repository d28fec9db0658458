using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Core.Trees;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Queries;

public sealed class StoriesTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SentinelHome _home;
    private readonly List<string> _warnings = [];
    private readonly ProcessRecord _web = SelectionTests.Process(1, "web") with { State = new RunState.Crashed(Clock.Start) };

    public StoriesTests()
    {
        _home = new SentinelHome(_folder["home"]);
        Directory.CreateDirectory(_home.Logs, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_end_comes_with_the_last_lines_that_its_run_wrote_to_stderr_the_latest_first()
    {
        Write(_home.StderrOf(_web), "one\ntwo\nthree\n");
        Note(End(1, stderr: 8), End(2, stderr: 14));

        var story = Tell(lines: 1);

        Assert.Equal([["three"], ["two"]], story.Runs.Select(run => run.Stderr));
        Assert.Equal((2, Clock.Start.AddSeconds(1)), (story.Ends, story.KnownSince));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void An_end_that_was_seen_only_now_is_part_of_it()
    {
        Write(_home.StderrOf(_web), "one\ntwo\n");
        Note(End(1, stderr: 4));

        var story = Tell(lines: 9, _web with { LastRun = End(2, stderr: 8).Run });

        Assert.Equal([["two"], ["one"]], story.Runs.Select(run => run.Stderr));
    }

    [Fact]
    public void What_a_log_no_longer_holds_is_not_taken_for_nothing()
    {
        Write(_home.StderrOf(_web), "new\n");
        Note(End(1, stderr: 800));

        Assert.False(Assert.Single(Tell(lines: 9).Runs).IsKept);
    }

    [Fact]
    public void A_log_that_cannot_be_read_is_warned_of_and_left_out()
    {
        Directory.CreateDirectory(_home.StderrOf(_web));
        Note(End(1, stderr: 0));

        Assert.Single(Tell(lines: 9).Runs);
        Assert.Single(_warnings);
    }

    [Fact]
    public void Of_what_runs_it_tells_the_errors_of_this_run_alone()
    {
        Write(_home.StderrOf(_web), "error: old\nall is well\nerror: new\nKeyError: 'url'\n0 errors\n");

        var story = Tell(lines: 9, Running with { State = ((RunState.Running)Running.State) with { LogStarts = new LogEnds(0, 11) } });

        Assert.Equal(["error: new", "KeyError: 'url'"], story.Errors.Select(said => said.Text));
        Assert.Equal(["KeyError: 'url'"], Tell(lines: 1, Running).Errors.Select(said => said.Text));
    }

    [Fact]
    public void Errors_on_stdout_are_told_where_there_are_none_on_stderr()
    {
        Write(_home.StderrOf(_web), "GET / 200\n");
        Write(_home.StdoutOf(_web), "FATAL: no database\n");

        Assert.Equal([new SaidLine("FATAL: no database", LogStream.Stdout)], Tell(lines: 9, Running).Errors);
        Assert.Empty(Tell(lines: 9).Errors);
    }

    [Fact]
    public void Of_what_runs_it_tells_how_often_it_was_restarted_lately_and_why()
    {
        Note(Restarted(-4000), Restarted(-3), End(-2, stderr: 0), Restarted(-1));

        Assert.Equal(new Story.Restarts(2, Clock.Start.AddSeconds(-1), "exited with code 1"), Tell(lines: 9, Running).Lately);
        Assert.Null(Tell(lines: 9).Lately);

        static Event.Started Restarted(int second) => new(Clock.Start.AddSeconds(second), 1, "web", 12, Automatic: true);
    }

    private ProcessRecord Running => _web with { State = new RunState.Running(Clock.Start, new ProcessIdentity(12, 1, "boot")) };

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void Note(params Event[] events) => new EventLog(_home, new HomeFiles(), _warnings.Add).Append(events);

    private static Event.Ended End(int second, long stderr)
    {
        var at = Clock.Start.AddSeconds(second);
        return new Event.Ended(
            at, 1, "web", new EndedRun(10 + second, at, at, Witnessed: true, new Exit.Code(1)), ByUser: false, new LogEnds(0, stderr), RestartDue: null);
    }

    private Story Tell(int lines, ProcessRecord? web = null)
    {
        var state = State.Empty.With(web ?? _web);
        var sight = new Sight(state, state, new Snapshot(new Machine()));
        return Assert.Single(new Stories(_home, new LogFiles(), new MadeUpPorts(), new Clock(), _warnings.Add).Tell([web ?? _web], sight, isWatched: true, lines));
    }
}
