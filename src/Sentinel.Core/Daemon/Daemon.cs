using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Daemon;

/// <summary>
/// Watches over the processes that commands have started: sees at once when one ends, and restarts it when that is due. It is the
/// only writer for as long as it lives, and everything happens on one loop.
/// </summary>
/// <param name="keepers">Told of each change, besides its own.</param>
/// <param name="chores">What else to do at each sweep.</param>
public sealed class Daemon(
    StateStore store,
    Supervisor supervisor,
    IProcessHandles handles,
    ILoop loop,
    TimeProvider time,
    Action<string> log,
    IReadOnlyList<IKeeper>? keepers = null,
    IReadOnlyList<Action>? chores = null,
    Warnings? warnings = null)
{
    // A sweep finds what no event reported.
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    private readonly List<EndedMain> _ended = [];
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private HashSet<int> _awaited = [];
    private State? _awaitedIn;
    private IDisposable? _restartTimer;
    private int _restarting;
    private int _restarts;
    private bool _followsNeeds;
    private string? _lastError;

    /// <summary>Takes every turn to write from now on, and takes over the processes that there are.</summary>
    /// <returns>False when somebody else has the turn.</returns>
    public bool TryStart()
    {
        if (!store.TryHold(Changed))
            return false;
        TakeOver();
        Sweep();
        return true;
    }

    /// <summary>Goes on with the state in the file if another was put in its place.</summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="StateException">The one in the file cannot be used; this daemon goes on with its own.</exception>
    public bool Reread()
    {
        NoteEnded();
        if (!store.Reread())
            return false;
        TakeOver();
        return true;
    }

    public async ValueTask<IReadOnlyList<Outcome>> Do(Request request)
    {
        NoteEnded();
        if (request is not Request.RestartDue)
            return await supervisor.Do(request);
        return Count(await Restarting(supervisor.RestartDue));
    }

    public DaemonStatus Describe(int pid, string version)
    {
        var processes = store.Read().Processes.Values;
        return new DaemonStatus(
            pid, version, _startedAt, processes.Count(), processes.Count(process => process.State is RunState.Running), _restarts, _lastError);
    }

    /// <summary>Notes what happened to the current run of a record.</summary>
    public void Note(ProcessRecord record, ProcessEvent happened) =>
        InBackground(() => supervisor.Note(record.Id, record.State.Main!, happened).AsTask());

    /// <inheritdoc cref="Supervisor.RestartChanged"/>
    public async ValueTask<IReadOnlyList<Outcome>> RestartChanged(IReadOnlyDictionary<int, FileChange> changes, RestartWay way)
    {
        NoteEnded();
        return Count(await supervisor.RestartChanged(changes, way));
    }

    /// <summary>Whether the end of a process must be reported.</summary>
    public bool IsAwaited(int pid)
    {
        // Called for each process that ends; thousands may end in one state.
        var state = store.Read();
        if (!ReferenceEquals(state, _awaitedIn))
            (_awaitedIn, _awaited) = (state, [.. state.Processes.Values.Select(process => process.State.Main?.Pid).OfType<int>()]);
        return _awaited.Contains(pid) || supervisor.IsAwaited(pid);
    }

    /// <summary>Logs what went wrong; nothing that goes wrong ends the daemon.</summary>
    public void Failed(Exception e)
    {
        _lastError = $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {e.Message}";
        log($"{_lastError}\n{e.StackTrace}");
    }

    private void TakeOver()
    {
        var unfinished = store.Read().Processes.Values.Where(process => process.State is RunState.Stopping { Why: null }).ToList();
        supervisor.TakeOver();
        Changed(store.Read());
        // What another process was about to do when it was killed.
        var byIntent = unfinished.ToLookup(process => process.State is RunState.Stopping { ThenStart: true }, process => process.Id);
        if (byIntent[false].Any())
            InBackground(async () => await supervisor.Stop(Selection.Of(byIntent[false]), StopOptions.Default));
        if (byIntent[true].Any())
            InBackground(async () => Count(await supervisor.Restart(Selection.Of(byIntent[true]), StopOptions.Default, renewal: null)));
        InBackground(() => supervisor.EndFailed().AsTask());
        InBackground(() => supervisor.EndPredecessors().AsTask());
    }

    private MainWatches Mains => field ??= new MainWatches(handles, loop, Ended, Failed);

    private IReadOnlyList<IKeeper> Keepers => field ??= [.. keepers ?? [], new LeaseKeeper(handles, loop, time, EndLeasesOver), Handovers];

    private HandoverKeeper Handovers => field ??= new HandoverKeeper(loop, () => InBackground(async () =>
    {
        Count(await Restarting(supervisor.FollowHandovers));
        Handovers.Changed(store.Read());
    }));

    private void EndLeasesOver() => DoUnasked(supervisor.EndLeasesOver);

    /// <summary>Does something that no request asks for, and counts what it restarts.</summary>
    public void DoUnasked(Func<ValueTask<IReadOnlyList<Outcome>>> work)
    {
        NoteEnded();
        InBackground(async () => Count(await work()));
    }

    // Whatever changed the state, watches what runs and sets the timer to what is due next.
    private void Changed(State state)
    {
        var here = supervisor.Here(state);
        Guarded(() => Mains.Changed(here));
        Guarded(() => SetTimer(here));
        Guarded(() => FollowNeeds(here));
        foreach (var keeper in Keepers)
            Guarded(() => keeper.Changed(keeper.KeepsElsewhere ? state : here));
    }

    // A failure with one thing is no reason to leave the others undone.
    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            Failed(e);
        }
    }

    // Processes that end together are noted together, once the events of this moment are handled.
    private void Ended(EndedMain run)
    {
        _ended.Add(run);
        if (_ended.Count == 1)
            loop.After(TimeSpan.Zero, NoteEnded);
    }

    /// <summary>Records pending exits: their status has already been collected, so one who looks would only see that they are gone.</summary>
    public void NoteEnded()
    {
        if (_ended.Count > 0)
            InBackground(TakeNote);
    }

    private async Task TakeNote()
    {
        EndedMain[] ended = [.. _ended];
        _ended.Clear();
        try
        {
            var outcomes = Restarting(() => supervisor.Ended(ended));
            LookForBackground(supervisor.MayBeInBackground(ended.Select(run => run.Id)));
            Count(await outcomes);
        }
        catch
        {
            // They will not be reported again: the next sweep tries once more.
            _ended.AddRange(ended);
            throw;
        }
    }

    private void LookForBackground(IReadOnlyList<int> ids)
    {
        if (ids.Count > 0)
            loop.After(Background.LeftoverDelay, () => InBackground(() =>
            {
                supervisor.NoteBackground(ids);
                return Task.CompletedTask;
            }));
    }

    // What is due is already being started, perhaps once others of its tree have ended: the timer would only find it again.
    private void SetTimer(State state)
    {
        _restartTimer?.Dispose();
        _restartTimer = null;
        var now = time.GetUtcNow();
        var later = state.Processes.Values.Select(process => process.State).OfType<RunState.Backoff>().Where(backoff => !backoff.IsDue(now))
            .Select(backoff => backoff.Due).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        var due = _restarting == 0 && Dependencies.Due(state.Processes.Values, state.Processes.Values, now).Any() ? now : later;
        if (due < DateTimeOffset.MaxValue)
            _restartTimer = loop.After(due - now, () => DoUnasked(() => Restarting(supervisor.RestartDue)));
    }

    private void FollowNeeds(State state)
    {
        if (_followsNeeds || !Dependencies.DoAnyFollow(state.Processes.Values) || !new Dependencies(state.Processes.Values).ToRestart().Any())
            return;
        _followsNeeds = true;
        // Once, however many were restarted at this moment.
        loop.After(TimeSpan.Zero, () => InBackground(async () =>
        {
            _followsNeeds = false;
            Count(await supervisor.RestartDependents());
        }));
    }

    private async ValueTask<IReadOnlyList<Outcome>> Restarting(Func<ValueTask<IReadOnlyList<Outcome>>> restart)
    {
        _restarting++;
        try
        {
            return await restart();
        }
        finally
        {
            _restarting--;
            SetTimer(supervisor.Here(store.Read()));
        }
    }

    private IReadOnlyList<Outcome> Count(IReadOnlyList<Outcome> outcomes)
    {
        _restarts += outcomes.Count(outcome => outcome is Outcome.Restarted);
        foreach (var failed in outcomes.OfType<Outcome.Failed>())
            log($"{failed.Target}: {failed.Why}");
        return outcomes;
    }

    private void Sweep()
    {
        loop.After(SweepInterval, Sweep);
        LookAgain();
    }

    /// <summary>Looks at everything again for what no event reported.</summary>
    public void LookAgain()
    {
        NoteEnded();
        InBackground(() =>
        {
            store.SaveUnsaved();
            return Task.CompletedTask;
        });
        InBackground(async () =>
        {
            if (supervisor.IsAnyDue || Mains.IsAnyMissing)
                Count(await Restarting(supervisor.RestartDue));
        });
        if (Mains.IsAnyMissing)
            Changed(store.Read());
        InBackground(async () => Count(await supervisor.RestartOutgrown()));
        InBackground(() => supervisor.EndPredecessors().AsTask());
        // Finds a lease whose end no event reported: somebody set the clock, or the machine slept.
        EndLeasesOver();
        foreach (var chore in chores ?? [])
            Guarded(chore);
    }

    private async void InBackground(Func<Task> work)
    {
        warnings?.ConcernNobody();
        try
        {
            await work();
        }
        catch (Exception e)
        {
            Failed(e);
        }
    }
}
