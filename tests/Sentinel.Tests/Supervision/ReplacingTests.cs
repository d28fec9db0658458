using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>Restarts without a gap, under a daemon.</summary>
public sealed class ReplacingTests : IDisposable
{
    private static readonly ListenSocket Http = ListenSocket.Parse("http=127.0.0.1:8080");

    private readonly MadeUpSentinel _sentinel = new(new QuickFiles());

    private Machine Machine => _sentinel.Machine;

    public void Dispose() => _sentinel.Dispose();

    [Fact]
    public async Task The_run_before_is_ended_when_the_next_is_ready_and_has_the_same_sockets()
    {
        var daemon = Started();
        var old = daemon.Main("web");
        var work = Replace(daemon);
        Assert.Equal(("starting", old.Identity), (daemon["web"].State.Word, daemon["web"].Predecessor!.Run.Identity));
        Assert.False(old.HasEnded);

        var next = daemon.Main("web");
        daemon.Itself.Note(daemon["web"], new ProcessEvent.Ready());
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        var restarted = Assert.IsType<Outcome.Restarted>(Assert.Single(await work));
        Assert.Equal((old.Pid, next.Pid, true, false), (restarted.OldPid, restarted.Process.Pid, old.HasEnded, next.HasEnded));
        Assert.Equal(2, Machine.Launches.Count(launch => launch.Descriptors is [{ Name: "http" }]));
        Assert.Null(daemon["web"].Predecessor);
        Assert.Equal(["127.0.0.1:8080"], _sentinel.Sockets.Held);
        Assert.Equal([old.Pid], daemon["web"] is { LastRun.Pid: { } last } ? [last] : []);
    }

    [Fact]
    public async Task A_next_run_that_ends_leaves_the_one_before_alone()
    {
        var daemon = Started();
        var old = daemon.Main("web");
        var work = Replace(daemon);
        var child = Machine.Fork(daemon.Main("web"));
        daemon.Main("web").End(3 << 8);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(await work));
        Assert.Equal("its start failed: it ended before it was ready (exited with code 3); the run before goes on", failed.Why);
        Assert.Equal((old.Identity, 1, "running"), (daemon["web"].State.Main, daemon["web"].RunNumber, daemon["web"].Word));
        Assert.Empty(old.Received);
        Assert.True(child.HasEnded);
        Assert.Contains(old.Pid, daemon.Loop.Watched);
    }

    [Fact]
    public async Task One_that_is_not_ready_in_time_is_ended_alone()
    {
        var daemon = Started();
        var old = daemon.Main("web");
        var work = Replace(daemon);
        var next = daemon.Main("web");
        daemon.Itself.Note(daemon["web"], new ProcessEvent.NotReady("it was not ready after 90 s"));
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        Assert.Contains("it was not ready after 90 s", Assert.IsType<Outcome.Failed>(Assert.Single(await work)).Why);
        Assert.Equal((true, false), (next.HasEnded, old.HasEnded));
        Assert.Equal(old.Identity, daemon["web"].State.Main);
    }

    [Fact]
    public async Task The_end_of_the_one_before_is_seen_while_the_next_starts()
    {
        var daemon = Started();
        var old = daemon.Main("web");
        var work = Replace(daemon);
        old.End(9);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));
        Assert.Equal((null, new Exit.Signal(9, false)), (daemon["web"].Predecessor, daemon["web"].LastRun!.How));

        daemon.Itself.Note(daemon["web"], new ProcessEvent.Ready());
        daemon.Loop.Run(TimeSpan.FromSeconds(1));
        Assert.IsType<Outcome.Restarted>(Assert.Single(await work));
    }

    [Fact]
    public async Task However_it_is_found_ready_the_one_before_is_ended()
    {
        var daemon = Started();
        var old = daemon.Main("web");
        var work = Replace(daemon);
        daemon.Loop.Run(TimeSpan.FromSeconds(3));
        // Another request looks at all processes first.
        daemon.Do(new Request.RestartDue());
        daemon.Loop.Run(TimeSpan.FromSeconds(1));

        Assert.IsType<Outcome.Restarted>(Assert.Single(await work));
        Assert.True(old.HasEnded);
    }

    [Fact]
    public void A_replacement_that_nobody_waits_for_any_more_is_finished_by_a_sweep()
    {
        var daemon = Started();
        var (record, run) = (daemon["web"], (RunState.Running)daemon["web"].State);
        var next = Machine.Add(RunCookie.Of(record.Cookie, record.RunNumber + 1));
        WriteReady(daemon.Store, record, run, next);

        daemon.Loop.Run(TimeSpan.FromSeconds(6));

        Assert.Equal((null, false), (daemon["web"].Predecessor, next.HasEnded));
        Assert.DoesNotContain(run.Identity.Pid, daemon.Loop.Watched);
    }

    [Fact]
    public void A_stop_meanwhile_ends_both()
    {
        var daemon = Started();
        var old = daemon.Main("web");
        _ = Replace(daemon);
        var next = daemon.Main("web");

        daemon.Do(new Request.Stop(Selection.Of([daemon["web"].Id]), StopOptions.Default));

        Assert.Equal((true, true, "stopped", null), (old.HasEnded, next.HasEnded, daemon["web"].Word, daemon["web"].Predecessor));
    }

    [Fact]
    public void A_daemon_that_begins_ends_what_another_was_ending()
    {
        Assert.IsType<Outcome.Started>(_sentinel.Run("web"));
        var record = _sentinel["web"];
        var run = Assert.IsType<RunState.Running>(record.State);
        var old = Machine[run.Identity.Pid];
        var next = Machine.Add(RunCookie.Of(record.Cookie, record.RunNumber + 1));
        WriteReady(_sentinel.Store, record, run, next);

        var later = MadeUpDaemon.Of(_sentinel);
        later.Loop.Run(TimeSpan.FromSeconds(1));

        Assert.Equal((true, false, null), (old.HasEnded, next.HasEnded, later["web"].Predecessor));
    }

    [Fact]
    public void Without_a_socket_or_with_a_pid_file_it_is_refused_and_nothing_happens()
    {
        var daemon = Started(spec => spec with { Sockets = [] });
        Assert.Contains("--socket", Refusal(daemon));

        var other = Started(spec => spec with { PidFile = "web.pid", Name = "other" });
        Assert.Contains("pid file", Refusal(other, "other"));
        Assert.Equal(1, daemon["web"].RunNumber);
    }

    [Fact]
    public void Sockets_are_closed_when_nothing_of_them_runs_any_more()
    {
        var daemon = Started();
        daemon.Do(new Request.Stop(Selection.Of([daemon["web"].Id]), StopOptions.Default));
        _sentinel.Sockets.Keep(() => Core.Supervision.Sockets.Wanted(daemon.Store.Read()));

        Assert.Empty(_sentinel.Sockets.Held);
    }

    // The next run is ready, and the one before has not been ended.
    private static void WriteReady(StateStore store, ProcessRecord record, RunState.Running run, Machine.MadeUp next)
    {
        using var transaction = store.Begin();
        transaction.State = transaction.State.With(record with
        {
            RunNumber = record.RunNumber + 1,
            State = new RunState.Running(run.Since, next.Identity),
            Predecessor = new Predecessor(record.RunNumber, run, RestartReason.User),
        });
        transaction.Save();
    }

    private static string Refusal(MadeUpDaemon daemon, string name = "web") => Assert.IsType<Outcome.Failed>(Assert.Single(
        daemon.Do(new Request.Restart(new Selection.Named([name]), StopOptions.Default, null, RestartWay.NoGap)))).Why;

    private static Task<IReadOnlyList<Outcome>> Replace(MadeUpDaemon daemon)
    {
        var work = daemon.Itself.Do(new Request.Restart(new Selection.Named(["web"]), StopOptions.Default, null, RestartWay.NoGap)).AsTask();
        daemon.Loop.Run(TimeSpan.FromMilliseconds(10));
        Assert.Equal(2, daemon["web"].RunNumber);
        return work;
    }

    private MadeUpDaemon Started(Func<ProcessSpec, ProcessSpec>? change = null)
    {
        var request = MadeUpSentinel.Request("web");
        var spec = request.Spec with { Sockets = [Http] };
        Assert.IsType<Outcome.Started>(_sentinel.Supervisor.RunOne(request with { Spec = change?.Invoke(spec) ?? spec }));
        var daemon = MadeUpDaemon.Of(_sentinel);
        daemon.Loop.Run(TimeSpan.FromSeconds(1));
        return daemon;
    }
}
