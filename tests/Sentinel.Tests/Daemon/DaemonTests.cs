using Sentinel.Api;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Events;
using Sentinel.Tests.Store;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Daemon;

public sealed class DaemonTests : IDisposable
{
    private const int Crash = 0x0100;

    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);

    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public void What_ends_is_started_again_at_once_and_what_is_told_of_its_end_was_seen()
    {
        var first = _sentinel.Started("web", RestartRule.Always);
        var daemon = MadeUpDaemon.Of(_sentinel);

        first.End(Crash);
        daemon.Loop.Run();

        Assert.Equal(2, Machine.Launches.Count);
        Assert.Equal(daemon.Main("web").Identity, _sentinel["web"].State.Main);
        Assert.Equal((1, 1), (daemon.Restarts, _sentinel["web"].Restarts));
        Assert.Equal((first.Pid, true, new Exit.Code(1)), (_sentinel["web"].LastRun!.Pid, _sentinel["web"].LastRun!.Witnessed, _sentinel["web"].LastRun!.How));
    }

    [Fact]
    public void What_could_not_be_watched_is_watched_later_and_restarted_all_the_same()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Machine.BeforeNextOpen = () => throw new IOException("Too many open files");
        Run(daemon, "web", RestartRule.Always);
        Run(daemon, "other", RestartRule.Never);

        // The one fault is noted, and nothing else is left undone for it.
        Assert.Contains("Too many open files", daemon.LastError);
        Assert.Equal([daemon.Main("web").Pid, daemon.Main("other").Pid], daemon.Loop.Watched);
        Machine.BeforeNextOpen = () => throw new IOException("Too many open files");
        daemon.Main("web").End(Crash);
        daemon.Loop.Run();
        Assert.Equal([daemon.Main("other").Pid], daemon.Loop.Watched);

        daemon.Main("web").End(Crash);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(4, Machine.Launches.Count);
        Assert.Equal([daemon.Main("other").Pid, daemon.Main("web").Pid], daemon.Loop.Watched);
    }

    [Fact]
    public void A_fault_in_a_start_leaves_nothing_that_nobody_is_at()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Machine.FailsToStart = _ => throw new InvalidOperationException("a fault of ours");

        Assert.Throws<InvalidOperationException>(() => daemon.Do(new Request.Run(MadeUpSentinel.Request("web", RestartRule.Always))));

        Machine.FailsToStart = _ => null;
        daemon.Loop.Run(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(daemon.Store.Read().Processes.Values, record => record.State is RunState.Starting);
        Assert.Equal(Machine.Launches.Count, Machine.Processes.Count);
    }

    [Fact]
    public void What_is_not_to_be_restarted_is_known_to_have_ended_at_once()
    {
        var main = _sentinel.Started("web");
        var daemon = MadeUpDaemon.Of(_sentinel);

        main.End(Crash);
        daemon.Loop.Run();

        Assert.IsType<RunState.Crashed>(_sentinel["web"].State);
        Assert.Single(Machine.Launches);
        Assert.Empty(daemon.Loop.Watched);
    }

    [Fact]
    public void What_falls_again_and_again_is_started_when_its_back_off_is_over_and_not_before()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", RestartRule.Always);
        for (var launches = 2; launches < 7; launches++)
        {
            daemon.Main("web").End(Crash);
            daemon.Loop.Run();
            if (_sentinel["web"].State is RunState.Backoff { Due: var due })
            {
                daemon.Loop.Run(due - _sentinel.Clock.GetUtcNow() - TimeSpan.FromTicks(1));
                Assert.Equal(launches - 1, Machine.Launches.Count);
                daemon.Loop.Run(TimeSpan.FromTicks(1));
            }

            Assert.Equal(launches, Machine.Launches.Count);
        }

        Assert.Equal(5, daemon.Restarts);
    }

    [Fact]
    public void The_first_of_several_back_offs_is_not_waited_for_with_the_last()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "long", RestartRule.Always);
        FallUntilItWaits(daemon, "long");
        FallAndAwaitRestart(daemon, "long");
        FallUntilItWaits(daemon, "long");
        Run(daemon, "short", RestartRule.Always);
        FallUntilItWaits(daemon, "short");
        var (first, last) = (Due(daemon, "short"), Due(daemon, "long"));
        Assert.True(first < last);

        daemon.Loop.Run(first - _sentinel.Clock.GetUtcNow());
        Assert.IsType<RunState.Running>(daemon["short"].State);
        Assert.IsType<RunState.Backoff>(daemon["long"].State);

        daemon.Loop.Run(last - _sentinel.Clock.GetUtcNow());
        Assert.IsType<RunState.Running>(daemon["long"].State);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_clock_that_is_set_by_a_day_keeps_nothing_waiting(int days)
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", RestartRule.Always);
        FallUntilItWaits(daemon, "web");

        _sentinel.Clock.Set = TimeSpan.FromDays(days);
        daemon.Loop.Run(Sweep);

        Assert.IsType<RunState.Running>(daemon["web"].State);
    }

    [Theory]
    [InlineData(RestartRule.Never)]
    [InlineData(RestartRule.Always)]
    public void What_falls_in_one_moment_is_written_down_in_one_go(RestartRule rule)
    {
        var files = new RecordingFiles();
        var daemon = MadeUpDaemon.Of(_sentinel, files);
        var mains = Enumerable.Range(0, 20).Select(i =>
        {
            Run(daemon, $"web-{i}", rule);
            return daemon.Main($"web-{i}");
        }).ToList();
        files.Written.Clear();

        mains.ForEach(main => main.End(Crash));
        daemon.Loop.Run();

        // That they are started is written first, so that the successor of a killed daemon finds what it started.
        if (rule == RestartRule.Always)
        {
            Assert.All(files.Written[0].State.Processes.Values, process => Assert.IsType<RunState.Starting>(process.State));
            Assert.False(files.Written[0].Durable);
            files.Written.RemoveAt(0);
        }

        var written = Assert.Single(files.Written);
        Assert.All(written.State.Processes.Values, process => Assert.Equal(rule == RestartRule.Always, process.State is RunState.Running));
        Assert.Equal(rule == RestartRule.Always ? 20 : 0, daemon.Restarts);
    }

    [Fact]
    public void What_runs_is_watched_and_nothing_else()
    {
        var one = _sentinel.Started("one", RestartRule.Always);
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "two", RestartRule.Always);
        var two = daemon.Main("two");
        Assert.Equal([one.Pid, two.Pid], daemon.Loop.Watched);

        daemon.Do(new Request.Restart(Named("one"), StopOptions.Default, null));
        Assert.Equal([two.Pid, daemon.Main("one").Pid], daemon.Loop.Watched);

        daemon.Do(new Request.Stop(Named("one"), StopOptions.Default));
        Assert.Equal([two.Pid], daemon.Loop.Watched);

        daemon.Do(new Request.Delete(Named("two"), StopOptions.Default, WithLogs: false));
        Assert.Empty(daemon.Loop.Watched);
    }

    [Fact]
    public void What_the_user_stops_restarts_or_deletes_is_not_restarted_by_itself()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        foreach (var name in new[] { "stopped", "restarted", "deleted" })
            Run(daemon, name, RestartRule.Always);

        daemon.Do(new Request.Stop(Named("stopped"), StopOptions.Default));
        daemon.Do(new Request.Restart(Named("restarted"), StopOptions.Default, null));
        daemon.Do(new Request.Delete(Named("deleted"), StopOptions.Default, WithLogs: false));
        daemon.Loop.Run(TimeSpan.FromHours(1));

        Assert.Equal(4, Machine.Launches.Count);
        Assert.Equal(0, daemon.Restarts);
        Assert.Equal(["stopped", "running"], _sentinel.Store.Read().Processes.Values.Select(process => process.State.Word));
    }

    [Fact]
    public async Task Two_restarts_of_one_process_at_once_give_one_successor()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", RestartRule.Always);
        daemon.Main("web").IgnoresSignals = true;

        var both = Enumerable.Range(0, 2)
            .Select(_ => daemon.Itself.Do(new Request.Restart(Named("web"), StopOptions.Default, null)).AsTask()).ToList();
        Assert.DoesNotContain(both, restart => restart.IsCompleted);
        daemon.Loop.Run(2 * StopRule.Default.Timeout);

        Assert.All(both, restart => Assert.True(restart.IsCompleted));
        var successor = Assert.Single(Machine.Processes);
        Assert.All(await Task.WhenAll(both), outcomes => Assert.Equal(successor.Pid, Assert.IsType<Outcome.Restarted>(Assert.Single(outcomes)).Process.Pid!.Value));
        Assert.Empty(successor.Received);
        Assert.Equal(2, Machine.Launches.Count);
    }

    [Fact]
    public void What_is_stopped_while_it_waits_to_be_restarted_stays_so()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", RestartRule.Always);
        FallUntilItWaits(daemon, "web");
        var launches = Machine.Launches.Count;

        daemon.Do(new Request.Stop(Named("web"), StopOptions.Default));
        daemon.Loop.Run(TimeSpan.FromHours(1));

        Assert.Equal(launches, Machine.Launches.Count);
    }

    [Fact]
    public void What_ended_while_nobody_watched_is_started_when_the_daemon_is()
    {
        _sentinel.Started("web", RestartRule.Always).End(Crash);

        var daemon = MadeUpDaemon.Of(_sentinel);

        Assert.IsType<RunState.Running>(daemon["web"].State);
        Assert.False(daemon["web"].LastRun!.Witnessed);
        Assert.Equal(1, daemon.Restarts);
    }

    [Fact]
    public void What_ends_just_before_it_is_watched_is_not_missed()
    {
        var main = _sentinel.Started("web", RestartRule.Always);
        Machine.BeforeNextOpen = () => main.End(Crash);

        var daemon = MadeUpDaemon.Of(_sentinel);

        Assert.NotEqual(main.Pid, daemon.Main("web").Pid);
        Assert.Equal((false, 1), (daemon["web"].LastRun!.Witnessed, daemon.Restarts));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stop_that_a_killed_daemon_left_half_done_is_finished(bool isMainThere)
    {
        var main = _sentinel.Started("web", RestartRule.Always);
        var child = Machine.Fork(main);
        _sentinel.Write("web", new RunState.Stopping(_sentinel.Clock.GetUtcNow(), (RunState.Running)_sentinel["web"].State));
        if (!isMainThere)
            main.End(SignalName.Terminate);

        var daemon = MadeUpDaemon.Of(_sentinel);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        Assert.IsType<RunState.Stopped>(_sentinel["web"].State);
        Assert.True(main.HasEnded && child.HasEnded);
        Assert.Single(Machine.Launches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restart_whose_command_was_killed_goes_on(bool isMainThere)
    {
        var main = _sentinel.Started("web");
        var child = Machine.Fork(main);
        _sentinel.Write("web", new RunState.Stopping(_sentinel.Clock.GetUtcNow(), (RunState.Running)_sentinel["web"].State) { ThenStart = true });
        if (!isMainThere)
            main.End(SignalName.Terminate);

        var daemon = MadeUpDaemon.Of(_sentinel);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        Assert.True(main.HasEnded && child.HasEnded);
        Assert.False(daemon.Main("web").HasEnded);
        Assert.Equal(2, Machine.Launches.Count);
    }

    [Fact]
    public void A_daemon_at_rest_looks_at_no_process()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        foreach (var rule in Enum.GetValues<RestartRule>())
            Run(daemon, $"{rule}", rule);
        var passes = Machine.Passes;

        daemon.Loop.Run(TimeSpan.FromHours(1));

        Assert.Equal(passes, Machine.Passes);
    }

    [Fact]
    public void A_tree_that_outgrows_its_memory_limit_is_restarted_in_the_next_sweep()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", RestartRule.Never, spec => spec with { MaxMemoryBytes = 1000 });
        var main = daemon.Main("web");
        main.MemoryBytes = 1000;
        daemon.Loop.Run(Sweep);
        Assert.False(main.HasEnded);

        Machine.Fork(main).MemoryBytes = 1;
        daemon.Loop.Run(Sweep + TimeSpan.FromSeconds(1));

        Assert.NotEqual(main.Pid, daemon.Main("web").Pid);
        Assert.Equal((1001, 1000), Assert.Single(daemon.Store.Home.ReadEvents().OfType<Event.OutgrewMemory>().Select(happened => (happened.MemoryBytes, happened.LimitBytes))));
        Assert.Equal(1, daemon.Restarts);
    }

    [Fact]
    public void What_cannot_be_saved_is_done_all_the_same_and_saved_when_that_is_possible()
    {
        var files = new RecordingFiles();
        var daemon = MadeUpDaemon.Of(_sentinel, files);
        Run(daemon, "web", RestartRule.Always);
        files.Written.Clear();

        files.Failure = new IOException("no space left on device");
        daemon.Main("web").End(Crash);
        daemon.Loop.Run(2 * Sweep);
        var successor = daemon.Main("web");
        Assert.Equal(2, Machine.Launches.Count);
        Assert.Contains("no space left on device", daemon.Warnings[0]);
        Assert.Contains("no space left on device", daemon.LastError);

        files.Failure = null;
        daemon.Loop.Run(2 * Sweep);
        Assert.Equal(successor.Identity, Assert.Single(files.Written).State.Find("web")!.State.Main);
    }

    [Fact]
    public async Task A_restart_that_cannot_be_saved_fails_and_is_done_by_a_sweep_when_all_of_the_old_has_ended()
    {
        var files = new RecordingFiles();
        var daemon = MadeUpDaemon.Of(_sentinel, files);
        Run(daemon, "web", RestartRule.Never);
        files.Failure = new IOException("no space left on device");

        await Assert.ThrowsAsync<IOException>(async () => await daemon.Itself.Do(new Request.Restart(Named("web"), StopOptions.Default, null)));
        Assert.IsType<RunState.Stopping>(daemon["web"].State);
        daemon.Loop.Run(2 * Sweep);

        Assert.False(daemon.Main("web").HasEnded);
        Assert.Equal(2, Machine.Launches.Count);
    }

    [Fact]
    public void While_nothing_can_be_saved_a_sweep_still_does_its_other_work()
    {
        var files = new RecordingFiles();
        var daemon = MadeUpDaemon.Of(_sentinel, files);
        Run(daemon, "web", RestartRule.Always);
        Run(daemon, "other", RestartRule.Never);
        files.Failure = new IOException("no space left on device");
        Fall(daemon, "other");
        Machine.BeforeNextPass = () => throw new IOException("too many open files");
        Fall(daemon, "web");
        Assert.Equal(2, Machine.Launches.Count);

        daemon.Loop.Run(Sweep);

        Assert.Equal(3, Machine.Launches.Count);
    }

    [Fact]
    public void A_daemon_does_not_start_beside_another_or_a_command_at_work()
    {
        using var sentinel = new MadeUpSentinel();
        using (sentinel.Store.Begin())
            Assert.False(new MadeUpDaemon(sentinel, new StateFiles()).Itself.TryStart());

        Assert.True(new MadeUpDaemon(sentinel, new StateFiles()).Itself.TryStart());
        Assert.False(new MadeUpDaemon(sentinel, new StateFiles()).Itself.TryStart());
    }

    [Fact]
    public void After_a_boot_what_should_run_is_started_and_nobody_who_has_an_old_pid_is_signalled()
    {
        var web = _sentinel.Started("web", RestartRule.Always);
        var once = _sentinel.Started("once");
        _sentinel.Run("stopping", RestartRule.Always);
        _sentinel.Write("stopping", new RunState.Stopping(_sentinel.Clock.GetUtcNow(), (RunState.Running)_sentinel["stopping"].State));
        Machine.BootId = "another boot";
        foreach (var process in Machine.Processes.ToList())
            Machine.Add(pid: process.Pid, start: process.Start);

        var daemon = MadeUpDaemon.Of(_sentinel);
        daemon.Loop.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(["running", "exited", "stopped"], _sentinel.Store.Read().Processes.Values.Select(process => process.State.Word));
        Assert.Equal(4, Machine.Launches.Count);
        Assert.All(Machine.Processes, process => Assert.Empty(process.Received));
        Assert.True(daemon.Main("web").Pid > once.Pid && daemon.Main("web").Pid != web.Pid);
    }

    [Fact]
    public void One_whose_leftovers_take_long_to_end_keeps_no_other_waiting()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "slow", RestartRule.Always);
        Run(daemon, "quick", RestartRule.Always);
        Fall(daemon, "quick");
        Machine.Fork(daemon.Main("slow")).IgnoresSignals = true;

        Fall(daemon, "slow");
        FallUntilItWaits(daemon, "quick");
        daemon.Loop.Run(Due(daemon, "quick") - _sentinel.Clock.GetUtcNow());

        Assert.IsType<RunState.Running>(daemon["quick"].State);
        Assert.IsType<RunState.Backoff>(daemon["slow"].State);
        daemon.Loop.Run(StopRule.Default.Timeout);
        Assert.IsType<RunState.Running>(daemon["slow"].State);
        Assert.Equal(3, daemon.Restarts);
    }

    [Fact]
    public void An_end_that_could_not_be_taken_note_of_is_not_forgotten()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", RestartRule.Always);
        Machine.BeforeNextPass = () => throw new IOException("too many open files");

        Fall(daemon, "web");
        Assert.Contains("too many open files", daemon.LastError);
        daemon.Loop.Run(Sweep);

        Assert.Equal(2, Machine.Launches.Count);
        Assert.Equal(new Exit.Code(1), daemon["web"].LastRun!.How);
    }

    [Fact]
    public void What_goes_wrong_is_logged_with_its_time_and_the_last_of_it_is_told()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Assert.Null(daemon.LastError);

        daemon.Itself.Failed(new IOException("first"));
        daemon.Itself.Failed(new IOException("second"));

        Assert.Equal("2026-01-02T03:04:05.000Z second", daemon.LastError);
        Assert.Equal(2, daemon.Log.Count);
    }

    [Fact]
    public void A_restart_that_fails_is_logged_and_tried_again_later()
    {
        var daemon = MadeUpDaemon.Of(_sentinel);
        Run(daemon, "web", RestartRule.Always);
        Machine.FailsToStart = _ => "there is no folder /srv to run it in";

        Fall(daemon, "web");
        Assert.Equal(["web: there is no folder /srv to run it in"], daemon.Log);
        Assert.Equal(0, daemon.Restarts);

        Machine.FailsToStart = _ => null;
        daemon.Loop.Run(RestartBackoff.Longest);
        Assert.IsType<RunState.Running>(daemon["web"].State);
        Assert.Equal(1, daemon.Restarts);
    }

    [Fact]
    public void A_daemon_says_how_it_is()
    {
        _sentinel.Run("web");
        _sentinel.Started("over").End(Crash);
        var daemon = MadeUpDaemon.Of(_sentinel);

        Assert.Equal(new(7, "1.2.3", Clock.Start, Supervised: 2, Running: 1, Restarts: 0, LastError: null), daemon.Itself.Describe(7, "1.2.3"));
        Assert.True(daemon.Itself.IsAwaited(daemon.Main("web").Pid));
        Assert.False(daemon.Itself.IsAwaited(daemon.Main("web").Pid + 1));
    }

    private static Selection Named(string name) => new Selection.Named([name]);

    private static void Run(MadeUpDaemon daemon, string name, RestartRule rule, Func<ProcessSpec, ProcessSpec>? with = null)
    {
        var request = MadeUpSentinel.Request(name, rule);
        Assert.IsType<Outcome.Started>(Assert.Single(daemon.Do(new Request.Run(request with { Spec = with?.Invoke(request.Spec) ?? request.Spec }))));
    }

    private static void Fall(MadeUpDaemon daemon, string name)
    {
        daemon.Main(name).End(Crash);
        daemon.Loop.Run();
    }

    private static void FallUntilItWaits(MadeUpDaemon daemon, string name)
    {
        while (daemon[name].State is RunState.Running)
            Fall(daemon, name);
    }

    private void FallAndAwaitRestart(MadeUpDaemon daemon, string name)
    {
        FallUntilItWaits(daemon, name);
        daemon.Loop.Run(Due(daemon, name) - _sentinel.Clock.GetUtcNow());
    }

    private static DateTimeOffset Due(MadeUpDaemon daemon, string name) => Assert.IsType<RunState.Backoff>(daemon[name].State).Due;
}
