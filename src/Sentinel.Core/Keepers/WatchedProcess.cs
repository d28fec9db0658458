using Sentinel.Core.Watches;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>One process that depends on files: does what is to be done when they have changed, and nothing twice.</summary>
/// <param name="restart">Restarts it for a change, and calls back.</param>
internal sealed class WatchedProcess(WatchTools tools, Action<WatchedProcess, FileChange, Action> restart)
{
    private readonly SortedSet<string> _pending = new(StringComparer.Ordinal);
    private DateTimeOffset _first;
    private DateTimeOffset _last;
    private bool _isActing;
    private DateTimeOffset? _actedAt;
    private IDisposable? _running;
    private LoopGuard _guard = LoopGuard.None;

    public required ProcessRecord Record { get; set; }

    /// <summary>Null: it has none yet.</summary>
    public WatchScope? Scope { get; set; }

    public WatchedTree? Tree { get; set; }

    private WatchRule Rule => Record.Spec.Watch!;

    /// <summary>Notes what has become of the process.</summary>
    public void Follow(ProcessRecord record)
    {
        Record = record;
        // The state is being changed at this moment.
        if (_pending.Count > 0)
            tools.Loop.After(TimeSpan.Zero, Act);
    }

    /// <summary>Files have changed.</summary>
    /// <param name="files">In order.</param>
    /// <param name="first">When the first of them did.</param>
    /// <param name="last">When the last of them did.</param>
    public void Changed(IReadOnlyList<string> files, DateTimeOffset first, DateTimeOffset last)
    {
        if (_pending.Count == 0)
            _first = first;
        _pending.UnionWith(files);
        _last = last;
        Act();
    }

    /// <summary>Notes how well its files can be watched.</summary>
    public void NoteTrouble()
    {
        WatchTrouble? trouble = Tree?.WhyPolled is { } why ? new WatchTrouble.Polled(why) : null;
        if (Tree is not null && Record.WatchTrouble is not WatchTrouble.Loop && Record.WatchTrouble != trouble)
            tools.Note(Record, new ProcessEvent.Watched(trouble));
    }

    /// <summary>Ends what it runs for changes.</summary>
    public void Rest()
    {
        _pending.Clear();
        _running?.Dispose();
        (_running, _isActing) = (null, false);
    }

    private void Act()
    {
        if (_pending.Count == 0 || _isActing || IsUnderWay)
            return;
        string[] files = [.. _pending];
        _pending.Clear();
        // A run that began after the last change began with it.
        if (!Concerns || (Rule.Then is not WatchAction.Run && StartedAt is { } start && _last < start))
            return;
        _guard = _guard.After(files, Since);
        if (_guard.Culprit is { } culprit)
        {
            _guard = LoopGuard.None;
            tools.Note(Record, new ProcessEvent.Watched(new WatchTrouble.Loop(culprit)));
            return;
        }

        Do(new FileChange(files[0], files.Length - 1, tools.Time.GetUtcNow(), Rule.Then.ToString()));
    }

    private void Do(FileChange change)
    {
        _isActing = true;
        switch (Rule.Then)
        {
            case WatchAction.Signal { Number: var number }:
                tools.Note(Record, new ProcessEvent.FilesChanged(change));
                foreach (var failed in tools.Signal(Record, number).OfType<Api.Outcome.Failed>())
                    Fails(failed.Why);
                Done();
                break;
            case WatchAction.Run { Line: var line }:
                tools.Note(Record, new ProcessEvent.FilesChanged(change));
                _running = tools.Run(Record, line, why =>
                {
                    if (why is not null)
                        Fails(why);
                    Done();
                });
                break;
            default:
                restart(this, change, Done);
                break;
        }
    }

    /// <summary>Tells that what was to be done has failed.</summary>
    public void Fails(string why) => tools.Tell(new Event.WatchFailed(tools.Time.GetUtcNow(), Record.Id, Record.Spec.Name, Rule.Then.ToString(), why));

    // What changed meanwhile is the next.
    private void Done()
    {
        (_running, _isActing, _actedAt) = (null, false, tools.Time.GetUtcNow());
        Act();
    }

    // It is on its way into another state, and what is to be done is decided there.
    private bool IsUnderWay => Record.State is RunState.Starting or RunState.Stopping { IsForGood: false };

    // What the user stopped stays so. What waits begins with the files as they are then.
    private bool Concerns => Record.State switch
    {
        RunState.Running => true,
        _ when Rule.Then is WatchAction.Signal => false,
        RunState.Backoff or RunState.Crashed or RunState.Failed => true,
        RunState.Exited { Left: null } => Record.Spec.IsTask,
        _ => false,
    };

    private DateTimeOffset? StartedAt => Record.State.CurrentRun?.Since ?? Record.LastRun?.StartedAt;

    private TimeSpan? Since => !Rule.Then.IsRestart ? _first - _actedAt
        : Record.Changed is { Run: { } run } && run == Record.RunNumber ? _first - StartedAt
        : null;
}
