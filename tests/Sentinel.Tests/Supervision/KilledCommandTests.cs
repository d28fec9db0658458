using Sentinel.Api;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Events;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class KilledCommandTests
{
    private static readonly Dictionary<string, Action<Supervisor>> Commands = new()
    {
        ["run"] = supervisor => supervisor.Run(MadeUpSentinel.Request("new", RestartRule.Always)).Now(),
        ["start"] = supervisor => supervisor.Start(new Selection.Named(["stopped", "crashed"]), renewal: null).Now(),
        ["stop"] = supervisor => supervisor.Stop(new Selection.Named(["running", "stubborn"]), StopOptions.Default).Now(),
        ["restart"] = supervisor => supervisor.Restart(
            new Selection.Named(["running", "stubborn", "stopped", "crashed", "due"]), StopOptions.Default, renewal: null).Now(),
        ["restartall"] = supervisor => supervisor.Restart(new Selection.All(), StopOptions.Default, renewal: null).Now(),
        ["delete"] = supervisor => supervisor.Delete(new Selection.All(), StopOptions.Default, withLogs: false).Now(),
        ["clean"] = supervisor => supervisor.Clean(withLogs: false),
        ["restart what is due"] = supervisor => supervisor.RestartDue().Now(),
    };

    public static TheoryData<string> Names => [.. Commands.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void At_whatever_step_it_is_killed_nothing_that_runs_is_unknown_or_runs_twice_and_the_next_stop_ends_it(string command)
    {
        var isKilled = true;
        for (var steps = 1; isKilled; steps++)
        {
            using var sentinel = new MadeUpSentinel(new QuickFiles());
            Populate(sentinel);
            isKilled = IsKilled(sentinel, Commands[command], steps);

            AssertAllIsKnown(sentinel, $"{command}, killed at step {steps}");

            sentinel.Another().Stop(new Selection.All(), StopOptions.Default).Now();
            Assert.DoesNotContain(sentinel.Machine.Processes, process => process.Cookie is not null && !process.HasEnded);
            Assert.DoesNotContain(sentinel.Store.Read().Processes.Values, record => record.State is RunState.Stopping or RunState.Starting);
        }
    }

    // But for run, whose name is taken then.
    [Theory]
    [InlineData("start")]
    [InlineData("stop")]
    [InlineData("restart")]
    [InlineData("restartall")]
    [InlineData("delete")]
    [InlineData("clean")]
    [InlineData("restart what is due")]
    public void At_whatever_step_it_is_killed_the_same_command_then_does_what_it_should_have_done(string command)
    {
        using var sentinel = new MadeUpSentinel(new QuickFiles());
        Populate(sentinel);
        Commands[command](sentinel.Supervisor);
        var expected = States(sentinel);

        var isKilled = true;
        for (var steps = 1; isKilled; steps++)
        {
            using var other = new MadeUpSentinel(new QuickFiles());
            Populate(other);
            isKilled = IsKilled(other, Commands[command], steps);
            // A restart that was interrupted is noticed, and made good when its time has come.
            Commands[command](other.Another());
            other.Clock.Advance(TimeSpan.FromMinutes(1));
            Commands[command](other.Another());

            Assert.Equal(expected, States(other));
        }
    }

    [Theory]
    [InlineData("restart")]
    [InlineData("restartall")]
    public void At_whatever_step_a_restart_is_killed_all_that_was_to_run_again_does_once_a_daemon_is_there(string command)
    {
        var isKilled = true;
        for (var steps = 1; isKilled; steps++)
        {
            using var sentinel = new MadeUpSentinel(new QuickFiles());
            Populate(sentinel);
            var before = sentinel["running"].State;
            isKilled = IsKilled(sentinel, Commands[command], steps);
            var wasWritten = sentinel["running"].State != before;

            MadeUpDaemon.Of(sentinel).Loop.Run(TimeSpan.FromMinutes(1));

            var states = States(sentinel);
            Assert.All(new[] { "running", "stubborn", "due" }, name => Assert.Equal("running", states[name]));
            if (wasWritten)
                Assert.Equal("running", states["crashed"]);
            if (wasWritten && command == "restart")
                Assert.Equal("running", states["stopped"]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_whatever_step_it_is_killed_the_events_tell_all_that_became_of_the_state_and_nothing_twice(string command)
    {
        var isKilled = true;
        for (var steps = 1; isKilled; steps++)
        {
            using var sentinel = new MadeUpSentinel(new QuickFiles());
            Populate(sentinel);
            var client = new Replay(sentinel.Store.Read());

            isKilled = IsKilled(sentinel, Commands[command], steps);
            client.Hear(new EventReader(sentinel.Store).AllAfter(client.UpTo));
            Assert.Equal(Replay.PidsIn(sentinel.Store.Read()), client.Pids);

            sentinel.Another().Stop(new Selection.All(), StopOptions.Default).Now();
            client.Hear(new EventReader(sentinel.Store).AllAfter(client.UpTo));
            Assert.Empty(client.Pids);
        }
    }

    // One of every kind; and one that has left something behind.
    private static void Populate(MadeUpSentinel sentinel)
    {
        sentinel.Started("running");
        sentinel.Machine.Fork(sentinel.Started("stubborn")).IgnoresSignals = true;
        sentinel.Started("stopped");
        sentinel.Stop("stopped");
        var crashed = sentinel.Started("crashed");
        sentinel.Machine.Fork(crashed);
        crashed.End(0x0100);
        sentinel.Started("due", RestartRule.Always).End(0x0100);
    }

    private static bool IsKilled(MadeUpSentinel sentinel, Action<Supervisor> command, int steps)
    {
        var doomed = new Doomed(sentinel.Machine, new QuickFiles(), steps);
        var store = new StateStore(sentinel.Store.Home, doomed, sentinel.Clock, _ => { });
        try
        {
            command(new Supervisor(new SupervisorTools(
                store, sentinel.Machine, doomed, doomed, sentinel.Ports, new RegularFiles(), new Accounts(), new Random(1), sentinel.Clock, _ => { },
                new LogTools(new LogFiles(), _ => { }), new MadeUpStarts(), sentinel.Sockets)));
            return false;
        }
        catch (Doomed.Killed)
        {
            return true;
        }
    }

    private static void AssertAllIsKnown(MadeUpSentinel sentinel, string when)
    {
        using var transaction = sentinel.Store.Begin();
        var records = new Reconciliation(sentinel.Home, sentinel.Clock).Settle(transaction.State, new Snapshot(sentinel.Machine)).Processes.Values.ToList();
        var alive = sentinel.Machine.Processes.Where(process => process.Cookie is not null && !process.HasEnded).ToList();
        Assert.All(alive, process => Assert.True(records.Any(record => record.Cookie == RunCookie.RecordOf(process.Cookie!)), $"{when}: {process.Pid} is unknown"));
        Assert.All(records, record => Assert.True(
            record.State.Main is not { } main || alive.Any(process => process.Identity == main), $"{when}: {record.Spec.Name} does not run"));
        // Who leads a session was started by a command.
        Assert.All(alive.Where(process => process.Pid == process.Session), process => Assert.True(
            records.Any(record => record.State.Main == process.Identity), $"{when}: {process.Pid} is nobody's main process"));
    }

    private static Dictionary<string, string> States(MadeUpSentinel sentinel) => new Reconciliation(sentinel.Home, sentinel.Clock)
        .Settle(sentinel.Store.Read(), new Snapshot(sentinel.Machine))
        .Processes.Values.ToDictionary(record => record.Spec.Name, record => record.State.Word);
}
