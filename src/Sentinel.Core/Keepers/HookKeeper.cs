using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Core.Hooks;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>
/// Tells hooks of events: each of them one at a time and in order, never in the way of anything else. How far one is, is written after each; so a
/// daemon that was killed tells again what it was telling, and nothing is left out.
/// </summary>
/// <param name="runs">Runs them.</param>
/// <param name="wrote">Gets what a hook wrote.</param>
/// <param name="warn">Receives, as a sentence, what the user should know.</param>
public sealed class HookKeeper : IKeeper, IDisposable
{
    private readonly StateStore _store;
    private readonly IHookRuns _runs;
    private readonly ILoop _loop;
    private readonly TimeProvider _time;
    private readonly Action<string, ReadOnlyMemory<byte>> _wrote;
    private readonly Action<string> _warn;
    private readonly Dictionary<string, Kept> _kept = [];
    private bool _isSoon;

    public HookKeeper(StateStore store, IHookRuns runs, ILoop loop, TimeProvider time, Action<string, ReadOnlyMemory<byte>> wrote, Action<string> warn)
    {
        (_store, _runs, _loop, _time, _wrote, _warn) = (store, runs, loop, time, wrote, warn);
        store.Recorded += Happened;
    }

    public bool KeepsElsewhere => true;

    /// <summary>Notes which hooks there are.</summary>
    public void Changed(State state)
    {
        foreach (var (name, kept) in _kept.Where(kept => state.Hooks.GetValueOrDefault(kept.Key) != kept.Value.Hook).ToList())
        {
            kept.Running?.Dispose();
            _kept.Remove(name);
        }

        foreach (var hook in state.Hooks.Values)
            if (!_kept.ContainsKey(hook.Name))
                Begin(hook, state);
    }

    public void Dispose()
    {
        foreach (var kept in _kept.Values)
            kept.Running?.Dispose();
    }

    // What it has missed is in the log.
    private void Begin(Hook hook, State state)
    {
        var report = HookReport.Read(_store.Home, _store.Files, hook);
        var kept = _kept[hook.Name] = new Kept(hook) { UpTo = Math.Max(hook.After, report?.Delivered ?? 0) };
        foreach (var notice in new EventReader(_store).AllAfter(kept.UpTo))
            if (notice is Notice.Happened { Event: var happened })
                Hear(kept, happened, state);
        Soon();
    }

    private void Happened(IReadOnlyList<Event> events)
    {
        if (_kept.Count == 0)
            return;
        var state = _store.Read();
        foreach (var kept in _kept.Values)
            foreach (var happened in events)
                Hear(kept, happened, state);
        Soon();
    }

    // What led to these events goes on first: a restart waits for no hook to be started.
    private void Soon()
    {
        if (_isSoon || _kept.Values.All(kept => kept.Queue.IsEmpty))
            return;
        _isSoon = true;
        _loop.After(TimeSpan.Zero, () =>
        {
            _isSoon = false;
            foreach (var kept in _kept.Values.ToList())
                Next(kept);
        });
    }

    private static void Hear(Kept kept, Event happened, State state)
    {
        if (happened.Number is not { } number || number <= kept.UpTo)
            return;
        kept.UpTo = number;
        if (kept.Hook.IsFor(happened, state))
            kept.Queue.Add(happened);
    }

    private void Next(Kept kept)
    {
        if (kept.Running is not null || kept.Queue.IsEmpty)
            return;
        var (happened, left) = kept.Queue.Take();
        var began = _time.GetTimestamp();
        kept.Running = _runs.Begin(kept.Hook, happened, left, (written, why) =>
        {
            kept.Running = null;
            _wrote(kept.Hook.Name, written);
            Report(kept, new HookReport(happened.Number!.Value, EventDocument.WordOf(happened), _time.GetUtcNow(), Math.Round(_time.GetElapsedTime(began).TotalSeconds, 3), why));
            Next(kept);
        });
    }

    private void Report(Kept kept, HookReport report)
    {
        if (report.Why is { } why)
            _warn($"the hook {kept.Hook.Name} failed: {why}");
        try
        {
            report.Write(_store.Home, _store.Files, kept.Hook.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is told again by the next daemon.
            _warn($"how far the hook {kept.Hook.Name} is cannot be written: {e.Message}");
        }
    }

    private sealed class Kept(Hook hook)
    {
        public Hook Hook => hook;

        public HookQueue Queue { get; } = new();

        /// <summary>The number of the last event that was looked at.</summary>
        public long UpTo { get; set; }

        public IDisposable? Running { get; set; }
    }
}
