using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Keepers;

/// <summary>Wakes when the next time of any schedule has come, and when somebody sets the clock. Without schedules it costs nothing.</summary>
/// <param name="run">Called then, with how far the clock was set since the last look; null: it was not.</param>
public sealed class ScheduleKeeper(IWallClock clock, TimeProvider time, Action<TimeSpan?> run) : IKeeper
{
    // The two clocks are read one after the other.
    private static readonly TimeSpan LeastSet = TimeSpan.FromSeconds(1);

    private State _state = State.Empty;
    private IDisposable? _timer;
    private DateTimeOffset? _due;
    private (DateTimeOffset Time, TimeSpan SinceBoot)? _looked;

    /// <summary>Notes which schedules there are.</summary>
    public void Changed(State state)
    {
        _state = state;
        DateTimeOffset? due = null;
        foreach (var record in state.Processes.Values)
            if (record.Spec.Schedule is not null && Scheduling.Due(record) is { } its && (due is null || its < due))
                due = its;
        if (due == _due)
            return;
        _timer?.Dispose();
        (_timer, _due) = (null, due);
        if (due is not { } next)
        {
            _looked = null;
            return;
        }

        _looked ??= Look();
        _timer = clock.At(next, Woken);
    }

    private void Woken()
    {
        var (before, now) = (_looked!.Value, Look());
        (_looked, _timer, _due) = (now, null, null);
        var set = now.Time - before.Time - (now.SinceBoot - before.SinceBoot);
        run(set.Duration() >= LeastSet ? set : null);
        // Also where nothing has changed.
        Changed(_state);
    }

    private (DateTimeOffset Time, TimeSpan SinceBoot) Look() => (time.GetUtcNow(), clock.SinceBoot);
}
