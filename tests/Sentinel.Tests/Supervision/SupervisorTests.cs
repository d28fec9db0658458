using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class SupervisorTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void Run_starts_the_command_as_it_was_asked_for_and_remembers_it()
    {
        var started = Assert.IsType<Outcome.Started>(_sentinel.Run("web", RestartRule.Always));

        var record = _sentinel["web"];
        Assert.Equal((1, started.Process.Pid!.Value), (record.Id, record.State.Main!.Pid));
        Assert.Equal(RestartRule.Always, record.Spec.Restart);
        var launch = Assert.Single(Machine.Launches);
        Assert.Equal(["server", "--port=80"], launch.Command.Arguments);
        Assert.Equal(("/srv", 18, record.RunCookie), (launch.WorkingDirectory, launch.Umask, launch.Cookie));
        Assert.Equal(_sentinel.Store.Home.StdoutOf(record), launch.StdoutPath);
        Assert.Equal(_sentinel.Store.Home.StderrOf(record), launch.StderrPath);
        Assert.Equal(("/bin", "1", "web"), (launch.Environment["PATH"], launch.Environment["SENTINEL_ID"], launch.Environment["SENTINEL_NAME"]));
    }

    [Fact]
    public void When_the_highest_id_was_given_the_lowest_that_is_free_is_next()
    {
        _sentinel.Run("first");
        using (var transaction = _sentinel.Store.Begin())
        {
            transaction.State = transaction.State with { NextId = int.MaxValue - 1 };
            transaction.Save();
        }

        Assert.All((string[])["last", "second", "third"], name => Assert.IsType<Outcome.Started>(_sentinel.Run(name)));

        Assert.Equal([1, int.MaxValue - 1, 2, 3], new[] { "first", "last", "second", "third" }.Select(name => _sentinel[name].Id));
        Assert.Equal(int.MaxValue, _sentinel.Store.Read().NextId);
    }

    [Fact]
    public void Run_writes_down_what_it_is_about_to_start_before_it_starts_it()
    {
        RunState? written = null;
        Machine.FailsToStart = _ =>
        {
            written = _sentinel["web"].State;
            return null;
        };

        _sentinel.Run("web");

        Assert.IsType<RunState.Starting>(written);
    }

    [Fact]
    public void Run_refuses_a_name_that_is_taken_and_says_by_whom()
    {
        _sentinel.Run("web", command: "first --port=80");

        var failed = Assert.IsType<Outcome.Failed>(_sentinel.Run("web", command: "second"));

        Assert.Contains("the name 'web' is taken by process 1 (running: first --port=80)", failed.Why);
        Assert.Single(Machine.Launches);
        Assert.Single(_sentinel.Store.Read().Processes);
    }

    [Fact]
    public void Run_without_a_name_makes_one_that_is_free()
    {
        var names = Enumerable.Range(0, 3)
            .Select(_ => _sentinel.Supervisor.RunOne(MadeUpSentinel.Request("server", isNamed: false)).Target);

        Assert.Equal(["server", "server-2", "server-3"], names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_registers_nothing_when_the_program_cannot_be_started(bool isKnownBefore)
    {
        if (isKnownBefore)
            Machine.CannotStart = _ => "there is no program 'server' in PATH";
        else
            Machine.FailsToStart = _ => "there is no program 'server' in PATH";

        var failed = Assert.IsType<Outcome.Failed>(_sentinel.Run("web"));

        Assert.Equal("there is no program 'server' in PATH", failed.Why);
        Assert.Empty(_sentinel.Store.Read().Processes);
        Assert.Empty(_sentinel.Store.Read().Environments);
    }

    [Fact]
    public void Run_is_refused_what_cannot_be_inherited_and_a_later_start_is_warned()
    {
        Machine.CannotHave = (_, _) => "the one who starts it cannot give it its caller's nice";
        Assert.Contains("caller's nice", Assert.IsType<Outcome.Failed>(_sentinel.Run("web")).Why);
        Assert.Empty(_sentinel.Store.Read().Processes);

        Machine.CannotHave = (_, _) => null;
        _sentinel.Run("web");
        Machine.CannotHave = (_, surroundings) => surroundings is null ? "the one who starts it cannot give it its caller's nice" : null;
        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Restart("web")));
        Assert.Contains("web: the one who starts it cannot give it its caller's nice", _sentinel.Warnings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_that_failed_uses_up_no_id(bool isKnownBefore)
    {
        const string why = "there is no program 'server' in PATH";
        (Machine.CannotStart, Machine.FailsToStart) = (_ => isKnownBefore ? why : null, _ => why);
        _sentinel.Run("one");
        (Machine.CannotStart, Machine.FailsToStart) = (_ => null, _ => null);

        Assert.Equal(1, Assert.IsType<Outcome.Started>(_sentinel.Run("two")).Process.Id);
    }

    [Fact]
    public void An_id_is_never_used_again()
    {
        _sentinel.Run("one");
        _sentinel.Run("two");
        _sentinel.Delete("one", "two");

        Assert.Equal(3, Assert.IsType<Outcome.Started>(_sentinel.Run("three")).Process.Id);
    }

    [Fact]
    public void Processes_with_the_same_environment_share_it()
    {
        _sentinel.Run("one");
        _sentinel.Run("two");

        Assert.Single(_sentinel.Store.Read().Environments);
    }

    [Fact]
    public void What_an_interrupted_start_made_is_adopted()
    {
        _sentinel.Started("web").End(0);
        _sentinel.Write("web", new RunState.Starting(_sentinel.Clock.GetUtcNow(), Automatic: false));
        var made = Machine.Add(_sentinel["web"].RunCookie);

        var outcome = Assert.Single(_sentinel.Start("web"));

        Assert.Equal(made.Pid, Assert.IsType<Outcome.AlreadyRunning>(outcome).Process.Pid!.Value);
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void An_interrupted_start_that_made_nothing_is_made_good_by_the_next()
    {
        _sentinel.Started("web").End(0);
        _sentinel.Write("web", new RunState.Starting(_sentinel.Clock.GetUtcNow(), Automatic: false));

        var started = Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));

        Assert.Equal(started.Process.Pid!.Value, Assert.Single(Machine.Processes).Pid);
        Assert.Contains("was interrupted", _sentinel["web"].LastRun!.How.ToString());
    }

    [Fact]
    public void Stop_is_written_down_before_and_after_the_tree_is_ended()
    {
        var main = _sentinel.Started("web");
        RunState? during = null;
        main.OnSignal = _ => during ??= _sentinel["web"].State;

        var outcome = Assert.Single(_sentinel.Stop("web"));

        Assert.IsType<RunState.Stopping>(during);
        var stopped = _sentinel["web"];
        Assert.Equal((ProcessRef)stopped, Assert.IsType<Outcome.Stopped>(outcome).Process);
        Assert.IsType<RunState.Stopped>(stopped.State);
        Assert.Equal("killed by SIGTERM", stopped.LastRun!.How.ToString());
        Assert.True(stopped.LastRun.Witnessed);
        Assert.Equal([stopped.RunCookie], Machine.CleanedUp);
    }

    [Fact]
    public void Stop_cleans_up_after_one_that_had_ended_by_itself()
    {
        _sentinel.Started("web").End(3 << 8);

        _sentinel.Stop("web");

        Assert.Equal([_sentinel["web"].RunCookie], Machine.CleanedUp);
    }

    [Fact]
    public void Stop_holds_no_lock_while_it_waits()
    {
        var main = _sentinel.Started("web");
        Outcome? meanwhile = null;
        main.OnSignal = _ => meanwhile ??= _sentinel.Run("other");

        _sentinel.Stop("web");

        Assert.IsType<Outcome.Started>(meanwhile);
        Assert.IsType<RunState.Running>(_sentinel["other"].State);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public void Of_a_set_all_are_started_or_none(string failing)
    {
        Machine.FailsToStart = launch => launch.Environment["SENTINEL_INSTANCE"] == failing ? "it does not" : null;

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Supervisor.Run(MadeUpSentinel.Request("web") with { Instances = 3 }).Now()));

        Assert.Equal(($"web-{failing}", "it does not; so the others were ended again"), (failed.Target, failed.Why));
        Assert.Empty(_sentinel.Store.Read().Processes);
        Assert.All(Machine.Processes, process => Assert.True(process.HasEnded));
    }

    [Fact]
    public void A_set_that_cannot_grow_by_all_stays_as_it_was()
    {
        _sentinel.Supervisor.Run(MadeUpSentinel.Request("web") with { Instances = 1 }).Now();
        Machine.FailsToStart = launch => launch.Environment["SENTINEL_INSTANCE"] == "3" ? "it does not" : null;

        Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Supervisor.Scale("web", 3, isRelative: false).Now()));

        Assert.Equal("web-1", Assert.Single(_sentinel.Store.Read().Processes.Values).Spec.Name);
        Assert.IsType<RunState.Running>(_sentinel["web-1"].State);
    }

    [Fact]
    public void A_stop_while_a_restart_waits_has_the_last_word()
    {
        var main = _sentinel.Started("web");
        var isFirst = true;
        main.OnSignal = _ =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            _sentinel.Stop("web");
        };

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Restart("web")));

        Assert.Equal("another command stopped it meanwhile", failed.Why);
        Assert.IsType<RunState.Stopped>(_sentinel["web"].State);
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void Stop_says_so_when_a_process_does_not_run()
    {
        _sentinel.Started("web").End(0);

        var idle = Assert.IsType<Outcome.NotRunning>(Assert.Single(_sentinel.Stop("web")));

        Assert.Equal("exited", idle.Process.State);
    }

    [Fact]
    public void Stop_ends_what_a_crashed_process_left_behind()
    {
        var main = _sentinel.Started("web");
        var left = Machine.Fork(main);
        main.End(SignalName.Kill);

        Assert.IsType<Outcome.Stopped>(Assert.Single(_sentinel.Stop("web")));
        Assert.True(left.HasEnded);
    }

    [Fact]
    public void Stop_never_says_stopped_while_something_of_the_tree_is_there()
    {
        var main = _sentinel.Started("web");
        Machine.Fork(main).Refusal = "cannot be signalled: Operation not permitted";

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Stop("web")));

        Assert.Contains("Operation not permitted", failed.Why);
        Assert.IsType<RunState.Stopping>(_sentinel["web"].State);
    }

    [Fact]
    public void Stop_of_a_recycled_pid_signals_nobody()
    {
        var main = _sentinel.Started("web");
        main.End(0);
        var stranger = Machine.Add(pid: main.Pid, start: main.Start + 1);

        Assert.IsType<Outcome.NotRunning>(Assert.Single(_sentinel.Stop("web")));
        Assert.Empty(stranger.Received);
    }

    [Fact]
    public void One_target_that_there_is_not_keeps_no_other_from_being_stopped()
    {
        _sentinel.Run("web");

        var outcomes = _sentinel.Stop("wbe", "web");

        Assert.Contains("did you mean 'web'?", Assert.Single(outcomes.OfType<Outcome.Failed>()).Why);
        Assert.Single(outcomes.OfType<Outcome.Stopped>());
    }

    [Fact]
    public void In_bulk_only_what_runs_is_stopped_and_told_of()
    {
        _sentinel.Run("web");
        _sentinel.Started("done").End(0);

        var outcome = Assert.Single(_sentinel.Supervisor.Stop(new Selection.All(), StopOptions.Default).Now());

        Assert.Equal("web", Assert.IsType<Outcome.Stopped>(outcome).Target);
    }

    [Fact]
    public void Restart_keeps_id_name_spec_environment_and_cookie()
    {
        var main = _sentinel.Started("web", RestartRule.OnFailure);
        var before = _sentinel["web"];

        var restarted = Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Restart("web")));

        Assert.Equal(main.Pid, restarted.OldPid);
        Assert.Equal(restarted.Process.Pid!.Value, Assert.Single(Machine.Processes).Pid);
        var after = _sentinel["web"];
        Assert.Equal((before.Id, before.Cookie, before.LogName), (after.Id, after.Cookie, after.LogName));
        Assert.Equivalent(before.Spec, after.Spec, strict: true);
        var (first, second) = (Machine.Launches[0], Machine.Launches[1]);
        Assert.Equal((before.RunCookie, after.RunCookie), (first.Environment["SENTINEL_COOKIE"], second.Environment["SENTINEL_COOKIE"]));
        Assert.Equal(first.Environment.With("SENTINEL_COOKIE", after.RunCookie).Key, second.Environment.With("SENTINEL_COOKIE", after.RunCookie).Key);
        Assert.Equivalent(first with { Environment = second.Environment, Cookie = second.Cookie, IsAgain = true }, second, strict: true);
    }

    [Fact]
    public void Restart_takes_another_environment_only_when_it_is_given_one_and_keeps_that()
    {
        _sentinel.Run("web");
        var caller = MadeUpSentinel.EnvironmentOf("PATH=/usr/bin");

        _sentinel.Supervisor.Restart(new Selection.Named(["web"]), StopOptions.Default, new Renewal(caller, null)).Now();
        _sentinel.Restart("web");

        Assert.Equal(
            ["/bin", "/usr/bin", "/usr/bin"],
            Machine.Launches.Select(launch => launch.Environment["PATH"]));
        Assert.Equal([caller.Key], _sentinel.Store.Read().Environments.Keys);
    }

    [Fact]
    public void Start_takes_another_environment_when_it_is_given_one()
    {
        _sentinel.Run("web");
        _sentinel.Stop("web");
        var caller = MadeUpSentinel.EnvironmentOf("PATH=/usr/bin");

        _sentinel.Supervisor.Start(new Selection.Named(["web"]), new Renewal(caller, "gid=7")).Now();

        Assert.Equal("/usr/bin", Machine.Launches[1].Environment["PATH"]);
        Assert.Equal(caller.Key, _sentinel["web"].Spec.Environment);
        Assert.Equal("gid=7", _sentinel["web"].Spec.Inherited);
    }

    [Fact]
    public void Restart_starts_what_did_not_run()
    {
        _sentinel.Run("web");
        _sentinel.Stop("web");

        var restarted = Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Restart("web")));

        Assert.Null(restarted.OldPid);
        Assert.IsType<RunState.Running>(_sentinel["web"].State);
    }

    [Fact]
    public void Restart_in_bulk_leaves_what_the_user_stopped()
    {
        _sentinel.Run("web");
        _sentinel.Run("stopped");
        _sentinel.Stop("stopped");

        var outcomes = _sentinel.Supervisor.Restart(new Selection.All(), StopOptions.Default, renewal: null).Now();

        Assert.Equal("web", Assert.Single(outcomes).Target);
        Assert.IsType<RunState.Stopped>(_sentinel["stopped"].State);
    }

    [Fact]
    public void A_failed_restart_loses_nothing_that_was_asked_for()
    {
        _sentinel.Run("web");
        var before = _sentinel["web"];
        Machine.FailsToStart = _ => "there is no folder /srv to run it in";

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Restart("web")));

        Assert.Equal("there is no folder /srv to run it in", failed.Why);
        Assert.Equivalent(before.Spec, _sentinel["web"].Spec, strict: true);
        Assert.IsType<RunState.Crashed>(_sentinel["web"].State);
    }

    [Fact]
    public void Restart_starts_nothing_while_something_of_the_old_tree_is_there()
    {
        var main = _sentinel.Started("web");
        Machine.Fork(main).Refusal = "cannot be signalled: Operation not permitted";

        Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Restart("web")));
        Assert.Single(Machine.Launches);
    }

    [Fact]
    public void Two_restarts_at_once_give_one_successor()
    {
        var main = _sentinel.Started("web");
        IReadOnlyList<Outcome>? faster = null;
        main.OnSignal = _ =>
        {
            main.OnSignal = _ => { };
            faster = _sentinel.Another().Restart(new Selection.Named(["web"]), StopOptions.Force, renewal: null).Now();
        };

        var outcome = Assert.Single(_sentinel.Restart("web"));

        var successor = Assert.Single(Machine.Processes);
        Assert.Equal(successor.Pid, Assert.IsType<Outcome.Restarted>(Assert.Single(faster!)).Process.Pid!.Value);
        Assert.Equal(successor.Pid, Assert.IsType<Outcome.Restarted>(outcome).Process.Pid!.Value);
        Assert.Empty(successor.Received);
        Assert.Equal(2, Machine.Launches.Count);
    }

    [Fact]
    public void What_was_started_again_while_a_stop_waited_is_left_alone()
    {
        var main = _sentinel.Started("web");
        main.IgnoresSignals = true;
        Machine.After(TimeSpan.FromSeconds(3), () =>
            _sentinel.Another().Restart(new Selection.Named(["web"]), StopOptions.Force, renewal: null).Now());

        _sentinel.Stop("web");

        Assert.True(main.HasEnded);
        Assert.Empty(Assert.Single(Machine.Processes).Received);
        Assert.IsType<RunState.Running>(_sentinel["web"].State);
    }

    [Fact]
    public void Two_starts_at_once_give_one_process()
    {
        LeaveSomething(_sentinel.Started("web"));
        // One looks, and before it ends what is left over the other has started it.
        Machine.BeforeNextPass = () => Machine.BeforeNextPass = () => _sentinel.Another().Start(new Selection.Named(["web"]), renewal: null).Now();

        var outcome = Assert.Single(_sentinel.Start("web"));

        var process = Assert.Single(Machine.Processes);
        Assert.Equal(process.Pid, Assert.IsType<Outcome.AlreadyRunning>(outcome).Process.Pid!.Value);
        Assert.Empty(process.Received);
        Assert.Equal(2, Machine.Launches.Count);
    }

    [Fact]
    public void Restart_says_what_became_of_it_when_another_command_was_killed_while_it_started_it()
    {
        var main = _sentinel.Started("web");
        main.OnSignal = _ => Machine.BeforeNextPass = () =>
            _sentinel.Write("web", new RunState.Starting(_sentinel.Clock.GetUtcNow(), Automatic: false));

        var restarted = Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Restart("web")));

        Assert.Equal(restarted.Process.Pid!.Value, Assert.Single(Machine.Processes).Pid);
    }

    [Fact]
    public void Restart_ends_first_what_a_daemon_started_and_could_not_write_down_before_it_was_killed()
    {
        var main = _sentinel.Started("web", RestartRule.Always);
        Machine.MadeUp? unknown = null;
        main.OnSignal = _ => Machine.BehindNextPass = () =>
        {
            _sentinel.Another().TakeOver();
            unknown = Machine.Add(RunCookie.Of(_sentinel["web"].Cookie, run: 2));
        };

        var restarted = Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Restart("web")));

        Assert.True(unknown!.HasEnded);
        Assert.Equal(restarted.Process.Pid!.Value, Assert.Single(Machine.Processes).Pid);
        Assert.Equal(main.Pid, restarted.OldPid);
    }

    [Fact]
    public void Restart_says_so_when_it_was_deleted_meanwhile()
    {
        var main = _sentinel.Started("web");
        main.OnSignal = _ => Machine.BeforeNextPass = () => _sentinel.Another().Delete(new Selection.Named(["web"]), StopOptions.Force, withLogs: false).Now();

        Assert.Equal("it was deleted meanwhile", Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Restart("web"))).Why);
        Assert.Empty(Machine.Processes);
    }

    [Fact]
    public void Start_leaves_alone_what_runs()
    {
        var main = _sentinel.Started("web");

        Assert.Equal(main.Pid, Assert.IsType<Outcome.AlreadyRunning>(Assert.Single(_sentinel.Start("web"))).Process.Pid!.Value);
        Assert.Empty(main.Received);
    }

    [Fact]
    public void Start_ends_first_what_the_last_run_left_behind()
    {
        var main = _sentinel.Started("web");
        var left = Machine.Fork(main);
        main.End(SignalName.Kill);

        var started = Assert.IsType<Outcome.Started>(Assert.Single(_sentinel.Start("web")));

        Assert.True(left.HasEnded);
        Assert.Equal(started.Process.Pid!.Value, Assert.Single(Machine.Processes).Pid);
    }

    [Fact]
    public void Start_in_bulk_starts_all_that_does_not_run_and_speaks_of_no_other()
    {
        _sentinel.Run("running");
        _sentinel.Run("stopped");
        _sentinel.Started("crashed").End(SignalName.Kill);
        _sentinel.Stop("stopped");

        var outcomes = _sentinel.Supervisor.Start(new Selection.All(), renewal: null).Now();

        Assert.Equal(["stopped", "crashed"], outcomes.OfType<Outcome.Started>().Select(outcome => outcome.Target));
        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public void Start_of_many_does_not_look_again_for_each_however_long_a_look_takes()
    {
        string[] names = [.. Enumerable.Range(1, 200).Select(i => $"p{i}")];
        foreach (var name in names)
            _sentinel.Started(name);
        _sentinel.Stop(names);
        _sentinel.Machine.PassTime = TimeSpan.FromSeconds(1);
        var before = _sentinel.Machine.Passes;

        Assert.Equal(names.Length, _sentinel.Start(names).Count);

        Assert.InRange(_sentinel.Machine.Passes - before, 1, 10);
    }

    [Fact]
    public void Delete_ends_the_tree_and_forgets_the_process()
    {
        _sentinel.Run("web");
        var (record, run) = (_sentinel["web"].Cookie, _sentinel["web"].RunCookie);

        Assert.IsType<Outcome.Deleted>(Assert.Single(_sentinel.Delete("web")));

        Assert.Empty(Machine.Processes);
        Assert.Empty(_sentinel.Store.Read().Processes);
        Assert.Empty(_sentinel.Store.Read().Environments);
        Assert.Equal([run, record], Machine.CleanedUp);
    }

    [Fact]
    public void Delete_forgets_nothing_that_was_started_again_meanwhile()
    {
        var main = _sentinel.Started("web");
        main.OnSignal = _ => Machine.BeforeNextPass = () =>
            _sentinel.Another().Restart(new Selection.Named(["web"]), StopOptions.Force, renewal: null).Now();

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Delete("web")));

        Assert.Equal("it was started again meanwhile", failed.Why);
        Assert.IsType<RunState.Running>(_sentinel["web"].State);
        Assert.Empty(Assert.Single(Machine.Processes).Received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Delete_takes_the_logs_only_when_it_is_told_to(bool withLogs)
    {
        _sentinel.Run("web");
        var record = _sentinel["web"];
        Directory.CreateDirectory(_sentinel.Store.Home.Logs);
        string[] logs = [_sentinel.Store.Home.StdoutOf(record), _sentinel.Store.Home.StderrOf(record)];
        Assert.All(logs, log => File.WriteAllText(log, "line\n"));

        _sentinel.Supervisor.Delete(new Selection.Named(["web"]), StopOptions.Default, withLogs).Now();

        Assert.All(logs, log => Assert.Equal(!withLogs, File.Exists(log)));
    }

    [Fact]
    public void Clean_forgets_all_that_ended_and_keeps_what_runs_waits_or_left_something_behind()
    {
        _sentinel.Run("running");
        _sentinel.Started("waiting", RestartRule.Always).End(SignalName.Kill);
        _sentinel.Started("exited").End(0);
        _sentinel.Run("stopped");
        _sentinel.Stop("stopped");
        var main = _sentinel.Started("leaving");
        var left = Machine.Fork(main);
        main.End(0);

        var outcomes = _sentinel.Supervisor.Clean(withLogs: false);

        Assert.Equal(["exited", "stopped"], outcomes.OfType<Outcome.Deleted>().Select(outcome => outcome.Target));
        var kept = Assert.Single(outcomes.OfType<Outcome.Failed>());
        Assert.Equal("leaving", kept.Target);
        Assert.Contains($"a process (pid {left.Pid}) that it started still runs", kept.Why);
        Assert.Equal(["running", "waiting", "leaving"], _sentinel.Store.Read().Processes.Values.Select(record => record.Spec.Name));
        Assert.Empty(left.Received);
    }

    [Fact]
    public void What_died_is_restarted_when_it_is_due_and_not_before()
    {
        var first = _sentinel.Started("web", RestartRule.Always);
        first.End(SignalName.Kill);

        var restarted = Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
        Assert.Equal(first.Pid, restarted.OldPid);
        Assert.Equal(1, _sentinel["web"].Restarts);

        Machine[restarted.Process.Pid!.Value].End(SignalName.Kill);
        Assert.Empty(_sentinel.Supervisor.RestartDue().Now());
        var due = Assert.IsType<RunState.Backoff>(_sentinel.Seen("web")).Due;
        Assert.True(due > _sentinel.Clock.GetUtcNow());

        _sentinel.Write("web", _sentinel.Seen("web"));
        _sentinel.Clock.Advance(due - _sentinel.Clock.GetUtcNow() - TimeSpan.FromTicks(1));
        Assert.Empty(_sentinel.Supervisor.RestartDue().Now());
        _sentinel.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
        Assert.Equal(2, _sentinel["web"].Restarts);
    }

    [Fact]
    public void What_the_user_stopped_is_never_due()
    {
        _sentinel.Run("web", RestartRule.Always);
        _sentinel.Stop("web");
        _sentinel.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Empty(_sentinel.Supervisor.RestartDue().Now());
        Assert.Empty(Machine.Processes);
    }

    [Fact]
    public void A_restart_that_is_due_ends_first_what_the_last_run_left_behind()
    {
        var main = _sentinel.Started("web", RestartRule.Always);
        var left = Machine.Fork(main);
        main.End(SignalName.Kill);

        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
        Assert.True(left.HasEnded);
    }

    [Fact]
    public void A_restart_that_fails_is_told_and_tried_again_later()
    {
        _sentinel.Started("web", RestartRule.Always).End(SignalName.Kill);
        Machine.FailsToStart = _ => "there is no folder /srv to run it in";

        Assert.IsType<Outcome.Failed>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
        Assert.IsType<RunState.Backoff>(_sentinel["web"].State);

        Machine.FailsToStart = _ => null;
        _sentinel.Clock.Advance(RestartBackoff.Longest);
        Assert.IsType<Outcome.Restarted>(Assert.Single(_sentinel.Supervisor.RestartDue().Now()));
    }

    [Fact]
    public void Two_that_look_at_once_restart_what_is_due_once()
    {
        LeaveSomething(_sentinel.Started("web", RestartRule.Always));
        Machine.BeforeNextPass = () => Machine.BeforeNextPass = () => _sentinel.Another().RestartDue().Now();

        Assert.Empty(_sentinel.Supervisor.RestartDue().Now());

        Assert.Empty(Assert.Single(Machine.Processes).Received);
        Assert.Equal(1, _sentinel["web"].Restarts);
    }

    private void LeaveSomething(Machine.MadeUp main)
    {
        Machine.Fork(main);
        main.End(SignalName.Kill);
    }
}
