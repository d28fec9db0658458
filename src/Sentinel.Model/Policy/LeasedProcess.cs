using Sentinel.Model.Processes;

namespace Sentinel.Model.Policy;

/// <summary>What a lease means for the process that has it.</summary>
public static class LeasedProcess
{
    /// <summary>Why its lease is over, as a sentence without capital and full stop; null: the lease holds, or it has none.</summary>
    public static string? WhyLeaseIsOver(this ProcessRecord record, DateTimeOffset now, Func<ProcessIdentity, bool> isAlive) =>
        record.LeaseOver ?? record.Spec.Lease?.WhyOver(now, isAlive);

    /// <summary>Why all of the process must go when the user collects processes whose lease is over; null: it may stay.</summary>
    /// <param name="session">The only session to end; null: every process whose lease is over.</param>
    public static string? WhyToEnd(this ProcessRecord record, string? session, DateTimeOffset now, Func<ProcessIdentity, bool> isAlive) =>
        // Nothing is left of a stopped process.
        record.State is RunState.Stopped ? null
        : session is null ? record.WhyLeaseIsOver(now, isAlive)
        : record.Spec.Lease?.Session == session ? record.WhyLeaseIsOver(now, isAlive) ?? $"session {session} was ended"
        : null;

    /// <summary>The same process with its lease renewed, as if the user had just run it. Where the lease was taken away, nothing of it is left.</summary>
    public static ProcessRecord Renewed(this ProcessRecord record, DateTimeOffset now) => record.Spec.Lease is { } lease
        ? record with { LeaseOver = null, Spec = record.Spec with { Lease = lease.Renewed(now) } }
        : record.LeaseOver is null ? record
        : record with { LeaseOver = null };

    /// <summary>Whether somebody must act when its lease is over: its tree may still run, and nobody is ending it for good.</summary>
    public static bool IsHeldByLease(this ProcessRecord record) =>
        record is { LeaseOver: null, Spec.Lease.Ends: true, State: not (RunState.Stopped or RunState.Stopping { IsForGood: true }) };
}
