using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>What is due is restarted by whoever waits for it, where no daemon does: nobody else would.</summary>
internal static class Due
{
    // Of what could not even be tried.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Restarts what is due, if that is so of <paramref name="seen"/>.</summary>
    /// <param name="seen">As it is seen now.</param>
    /// <param name="written">As it is written down: unless its end is, each look begins its wait anew.</param>
    /// <returns>How long it waits from now on; null when it does not.</returns>
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
            : left == backoff || left.Due <= now ? Patience
            : left.Due - now;
    }
}
