using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Events;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Store;

public sealed class StateTransactionTests : IDisposable
{
    private static readonly EnvironmentBlock Environment = new("A=1\0"u8.ToArray());

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingFiles _files = new();
    private readonly StateStore _store;

    public StateTransactionTests() =>
        _store = new StateStore(new SentinelHome(_folder.Path), _files, TimeProvider.System, Assert.Fail);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_is_written_when_nothing_changed()
    {
        using var transaction = _store.Begin();
        transaction.Save();
        transaction.SaveForNow();
        Assert.Empty(_files.Written);
    }

    [Fact]
    public void What_was_not_saved_is_not_written()
    {
        using (var transaction = _store.Begin())
            transaction.State = OneProcess();
        Assert.Empty(_files.Written);
    }

    [Fact]
    public void What_nobody_could_read_is_not_written()
    {
        using var transaction = _store.Begin();
        transaction.State = State.Empty.With(new Group("a/b", DateTimeOffset.UnixEpoch));

        Assert.Contains("'a/b' has an invalid name", Assert.Throws<StateException>(transaction.Save).Message);
        Assert.Throws<StateException>(() => transaction.SaveForNow());
        Assert.Empty(_files.Written);
    }

    [Fact]
    public void A_change_is_written_once()
    {
        using var transaction = _store.Begin();
        transaction.State = OneProcess();
        transaction.Save();
        transaction.Save();
        transaction.SaveForNow();

        var (state, durable) = Assert.Single(_files.Written);
        AnyState.Same(OneProcess(), state);
        Assert.True(durable);
    }

    [Fact]
    public void What_was_saved_for_now_is_still_to_be_made_durable()
    {
        using var transaction = _store.Begin();
        transaction.State = OneProcess();
        transaction.SaveForNow();
        transaction.Save();
        transaction.Save();

        Assert.Equal([false, true], _files.Written.Select(written => written.Durable));
    }

    [Fact]
    public void Nothing_is_saved_for_now_twice_in_a_row()
    {
        using var transaction = _store.Begin();
        transaction.State = OneProcess();
        transaction.SaveForNow();
        transaction.State = OneProcess() with { NextId = 3 };
        transaction.SaveForNow();
        transaction.State = OneProcess() with { NextId = 4 };
        transaction.SaveForNow();

        Assert.Equal([false, true, false], _files.Written.Select(written => written.Durable));
    }

    [Fact]
    public void What_a_killed_command_saved_for_now_is_followed_by_something_durable()
    {
        var started = OneProcess().Processes[1] with { State = new RunState.Starting(Sample.Start, Automatic: false) };
        File.WriteAllBytes(_folder["state.json"], StateDocument.Write(OneProcess().With(started)));

        using var transaction = _store.Begin();
        transaction.State = OneProcess();
        transaction.SaveForNow();

        Assert.True(Assert.Single(_files.Written).Durable);
    }

    [Fact]
    public void An_environment_that_no_process_has_any_more_is_dropped()
    {
        using var transaction = _store.Begin();
        transaction.State = OneProcess().With(new EnvironmentBlock("UNUSED=1\0"u8.ToArray()));
        transaction.Save();
        Assert.Equal([Environment.Key], _files.Written[^1].State.Environments.Keys);
        AnyState.Same(_files.Written[^1].State, transaction.State);

        transaction.State = transaction.State.Without([1]);
        transaction.Save();
        Assert.Empty(_files.Written[^1].State.Environments);
        Assert.Equal(2, _files.Written[^1].State.NextId);
    }

    [Fact]
    public void What_could_not_be_written_can_be_tried_again()
    {
        using var transaction = _store.Begin();
        transaction.State = OneProcess();
        _files.Failure = new IOException("no space left on device");
        Assert.Throws<IOException>(transaction.Save);

        _files.Failure = null;
        transaction.Save();
        AnyState.Same(OneProcess(), Assert.Single(_files.Written).State);
    }

    [Fact]
    public void The_lock_is_held_for_as_long_as_the_transaction()
    {
        using (_store.Begin())
            Assert.True(_files.IsLocked);
        Assert.False(_files.IsLocked);
    }

    [Fact]
    public void The_lock_is_dropped_when_the_state_cannot_be_used()
    {
        File.WriteAllText(_folder["state.json"], "{");
        Assert.Throws<StateException>(_store.Begin);
        Assert.False(_files.IsLocked);
    }

    [Fact]
    public void Reading_takes_no_lock()
    {
        using var transaction = _store.Begin();
        AnyState.Same(State.Empty, _store.Read());
    }

    [Fact]
    public void What_happened_is_told_once_and_when_it_is_saved()
    {
        using var transaction = _store.Begin();
        transaction.State = OneProcess().With(Running);
        Assert.Empty(_store.Home.ReadEvents());

        transaction.SaveForNow();
        transaction.Save();

        Assert.IsType<Event.Started>(Assert.Single(_store.Home.ReadEvents()));
    }

    [Fact]
    public void What_was_not_saved_did_not_happen()
    {
        using (var transaction = _store.Begin())
        {
            transaction.State = OneProcess().With(Running);
            transaction.Note();
        }

        Assert.Empty(_store.Home.ReadEvents());
    }

    [Fact]
    public void What_could_not_be_saved_is_told_when_it_is_and_then_once()
    {
        using var transaction = _store.Begin();
        transaction.State = OneProcess().With(Running);
        _files.Failure = new IOException("no space left on device");
        Assert.Throws<IOException>(transaction.Save);
        Assert.Empty(_store.Home.ReadEvents());

        _files.Failure = null;
        transaction.Save();

        Assert.Single(_store.Home.ReadEvents());
    }

    [Fact]
    public void A_daemon_goes_on_with_a_restart_that_it_cannot_write_down_but_with_nothing_that_was_asked_for()
    {
        var (states, warnings) = (new List<State>(), new List<string>());
        var store = new StateStore(new SentinelHome(_folder.Path), _files, TimeProvider.System, warnings.Add);
        Assert.True(store.TryHold(states.Add));
        using var transaction = store.Begin();
        transaction.State = OneProcess();
        _files.Failure = new IOException("no space left on device");

        Assert.Throws<IOException>(() => transaction.SaveForNow());
        Assert.Empty(states);

        transaction.SaveForNow(mustBeWritten: false);
        transaction.State = OneProcess() with { NextId = 3 };
        transaction.Save();
        Assert.Equal([2, 3], states.Select(state => state.NextId));
        Assert.Single(warnings);
    }

    [Fact]
    public void What_is_noted_before_the_next_happens_is_told_apart_with_the_log_as_long_as_it_was()
    {
        var log = _store.Home.StderrOf(Running);
        Directory.CreateDirectory(_store.Home.Logs);
        File.WriteAllText(log, "1234");
        using var transaction = _store.Begin();
        transaction.State = OneProcess().With(Running);
        transaction.Save();
        var end = new EndedRun(Sample.Identity.Pid, Sample.Start, Sample.Start, Witnessed: true, new Exit.Code(1));

        transaction.State = transaction.State.With(Running with { State = new RunState.Starting(Sample.Start, Automatic: true), LastRun = end });
        transaction.Note();
        File.AppendAllText(log, "what its successor writes");
        transaction.State = transaction.State.With(Running with
        {
            State = new RunState.Running(Sample.Start, Sample.Identity with { Pid = 4712 }),
            LastRun = end,
        });
        transaction.Save();

        Assert.Equal(
            [
                new Event.Started(Sample.Start, 1, "web", 4711, Automatic: false),
                new Event.Ended(Sample.Start, 1, "web", end, ByUser: false, new LogEnds(null, 4), RestartDue: null),
                new Event.Started(Sample.Start, 1, "web", 4712, Automatic: true),
            ],
            _store.Home.ReadEvents());
    }

    private static ProcessRecord Running => OneProcess().Processes[1] with { State = Sample.State("running") };

    private static State OneProcess() => (State.Empty with { NextId = 2 })
        .With(Environment)
        .With(Sample.Record with { Id = 1, Spec = Sample.Record.Spec with { Environment = Environment.Key } });
}
