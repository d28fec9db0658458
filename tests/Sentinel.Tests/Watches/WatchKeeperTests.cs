using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Keepers;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Trees;
using PolicySample = Sentinel.Tests.Policy.Sample;

namespace Sentinel.Tests.Watches;

/// <summary>The keeper with the policy, and a clock that is the test's.</summary>
public sealed class WatchKeeperTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MadeUpFolders _folders = new();
    private readonly Machine _machine = new();
    private readonly MadeUpLoop _loop;
    private readonly WatchKeeper _keeper;
    private readonly List<string> _done = [];
    private TaskCompletionSource? _slow;
    private Action<string?>? _ran;
    private ProcessRecord _record;

    public WatchKeeperTests()
    {
        _loop = new MadeUpLoop(_machine);
        _keeper = new WatchKeeper(new WatchTools(
            new SentinelHome("/nowhere"), _folders, new WatchedFiles(), _loop, _machine.Clock, Restart, (_, signal) => Did<Outcome>($"signal {signal}"), Run, Note,
            happened => _done.Add(happened.GetType().Name), e => Assert.Fail(e.ToString())));
        _record = PolicySample.Record with { Spec = PolicySample.Record.Spec with { WorkingDirectory = _folder.Path, Watch = new WatchRule() } };
        Write("a.py", "0");
    }

    public void Dispose()
    {
        _keeper.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Changes_that_belong_together_are_one_restart_and_it_is_told_for_what()
    {
        Start();
        Change("b.py", "1");
        Pass(0.2);
        Change("a.py", "1");
        Pass(0.2);
        Assert.Empty(_done);
        Pass(0.2);

        Assert.Equal(["restart a.py and 1 more"], _done);
        Assert.Equal((2, RestartReason.Watch, 2), (_record.RunNumber, _record.Tally.Restarts[RestartReason.Watch] > 0 ? RestartReason.Watch : default, _record.RestartedFor!.Run));
        Pass(60);
        Assert.Single(_done);
    }

    [Fact]
    public void What_changes_all_the_time_is_not_waited_for_longer_than_two_seconds()
    {
        Start();
        for (var i = 0; i < 25; i++)
        {
            Change("a.py", $"{i}!");
            Pass(0.1);
        }

        Assert.Single(_done);
    }

    [Fact]
    public void While_git_is_at_work_nothing_is_done_and_then_all_at_once()
    {
        Directory.CreateDirectory(_folder[".git"]);
        Start();
        Write(".git/index.lock", "");
        Change("a.py", "1");
        Pass(10);
        Change("b.py", "1");
        Pass(10);
        Assert.Empty(_done);

        File.Delete(_folder[".git/index.lock"]);
        Pass(1);
        Assert.Equal(["restart a.py and 1 more"], _done);
    }

    [Fact]
    public void What_changes_while_it_is_restarted_is_one_more_restart_if_the_new_run_has_begun_without_it()
    {
        Start();
        _slow = new TaskCompletionSource();
        Change("a.py", "1");
        Pass(1);
        Change("a.py", "2");
        Pass(1);
        Change("b.py", "2");
        Pass(1);
        Assert.Single(_done);

        _slow.SetResult();
        Pass(5);
        // It began after all of these.
        Assert.Single(_done);

        _slow = null;
        Change("a.py", "3");
        Pass(1);
        Assert.Equal(2, _done.Count);
    }

    [Fact]
    public void What_the_user_stopped_or_what_has_ended_stays_so_and_a_task_runs_again()
    {
        Start();
        Decide(new ProcessEvent.StopRequested());
        Decide(new ProcessEvent.Ended(new Model.Processes.Exit.Code(0), true));
        Assert.Empty(_folders.Watched);
        Change("a.py", "1");
        Pass(5);
        Assert.Empty(_done);

        _record = _record with { Spec = _record.Spec with { IsCalledTask = true } };
        Start();
        Decide(new ProcessEvent.Ended(new Model.Processes.Exit.Code(0), true));
        Assert.True(_record.IsDone);
        Change("a.py", "2");
        Pass(1);
        Assert.Single(_done);
    }

    [Fact]
    public void What_has_crashed_is_started_again()
    {
        Start();
        Pass(1);
        Decide(new ProcessEvent.Ended(new Model.Processes.Exit.Code(1), true));
        Assert.IsType<RunState.Crashed>(_record.State);
        Change("a.py", "1");
        Pass(1);
        Assert.Equal("running", _record.Word);
    }

    [Fact]
    public void What_changes_a_file_at_each_start_is_paused_until_the_user_starts_it()
    {
        Start();
        for (var i = 0; i < 10; i++)
        {
            Change("out.txt", $"{i}");
            Pass(1);
        }

        Assert.Equal(new WatchTrouble.Loop("out.txt"), _record.WatchTrouble);
        Assert.Equal(5, _done.Count);
        Assert.Empty(_folders.Watched);

        Decide(new ProcessEvent.StopRequested());
        Decide(new ProcessEvent.Ended(new Model.Processes.Exit.Code(0), true));
        Start();
        Assert.Null(_record.WatchTrouble);
        Pass(60);
        Change("out.txt", "new");
        Pass(1);
        Assert.Equal(6, _done.Count);
    }

    [Fact]
    public void A_signal_or_a_command_leaves_it_alone()
    {
        Watch(new WatchRule { Then = new WatchAction.Signal(1) });
        Start();
        Change("a.py", "1");
        Pass(1);
        Assert.Equal(["signal 1"], _done);

        Watch(new WatchRule { Then = new WatchAction.Run("make") });
        Change("a.py", "2");
        Pass(1);
        Change("a.py", "3");
        Pass(1);
        Assert.Equal(["signal 1", "run make"], _done);
        _ran!("it exited with code 2");
        Pass(1);
        Assert.Equal(["signal 1", "run make", "WatchFailed", "run make"], _done);
        Assert.Equal((1, null), (_record.RunNumber, _record.RestartedFor));
    }

    [Fact]
    public void Where_nothing_can_be_watched_it_is_told_once_and_the_files_are_looked_at()
    {
        _folders.Refuses = "there are no more";
        Start();
        Pass(0.1);
        Assert.Equal(new WatchTrouble.Polled("there are no more"), _record.WatchTrouble);
        Write("a.py", "1!");
        Pass(3);
        Assert.Single(_done);
    }

    private void Watch(WatchRule rule)
    {
        _record = _record with { Spec = _record.Spec with { Watch = rule } };
        Tell();
    }

    private void Start()
    {
        Decide(new ProcessEvent.StartRequested());
        Decide(new ProcessEvent.Spawned(PolicySample.Identity));
        Pass(0.01);
    }

    private async ValueTask<IReadOnlyList<Outcome>> Restart(IReadOnlyDictionary<int, FileChange> changes, RestartWay way)
    {
        var change = changes[_record.Id];
        _done.Add($"restart {change.Files}");
        Decide(new ProcessEvent.RestartRequested(RestartReason.Watch, change));
        if (_slow is not null)
            await _slow.Task;
        Decide(new ProcessEvent.Ended(new Model.Processes.Exit.Code(0), true));
        Decide(new ProcessEvent.StartRequested());
        Decide(new ProcessEvent.Spawned(PolicySample.Identity));
        return [];
    }

    private Done Run(ProcessRecord record, string line, Action<string?> then)
    {
        _done.Add($"run {line}");
        _ran = then;
        return new Done();
    }

    private IReadOnlyList<T> Did<T>(string what)
    {
        _done.Add(what);
        return [];
    }

    private void Note(ProcessRecord record, ProcessEvent happened) => Decide(happened);

    private void Decide(ProcessEvent happened)
    {
        _record = Lifecycle.Decide(_record, happened, _machine.Clock.GetUtcNow()).Record;
        Tell();
    }

    private void Tell() => _keeper.Changed(State.Empty.With(_record));

    private void Pass(double seconds) => _loop.Run(TimeSpan.FromSeconds(seconds));

    private void Change(string name, string text)
    {
        Write(name, text);
        _folders.Happen(_folder[name]);
    }

    private void Write(string name, string text) => File.WriteAllText(_folder[name], text);

    private sealed class Done : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
