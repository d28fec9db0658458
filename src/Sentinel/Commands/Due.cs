using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Restarts what is due while a command waits for it and no daemon is running: nobody else would.</summary>
internal static class Due
{
    // Until the next attempt, when a restart could not even be tried.
    private static readonly TimeSpan OverdueLimit = TimeSpan.FromSeconds(1);

    /// <summary>Restarts what is due, if <paramref name="seen"/> is.</summary>
    /// <param name="seen">The process as it is seen now.</param>
    /// <param name="written">The state as it is recorded: unless it has the end, each look starts the back-off again.</param>
    /// <returns>How long the process still waits; null when it does not.</returns>
    public static TimeSpan? Restart(Session session, ProcessRecord seen, State written)
    {
        if (seen.State is not RunState.Backoff { Due: var due } backoff)
            return null;
        var now = DateTimeOffset.UtcNow;
        if (!backoff.IsDue(now) && written.Processes.GetValueOrDefault(seen.Id)?.State == backoff)
            return due - now;
        foreach (var failed in session.Do(new Request.RestartDue()).OfType<Outcome.Failed>())
            session.Warn(Outcomes.Line(failed));
        return session.Store.Read().Processes.GetValueOrDefault(seen.Id)?.State is not RunState.Backoff left ? null
            : left == backoff || left.Due <= now ? OverdueLimit
            : left.Due - now;
    }
}
