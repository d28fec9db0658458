using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>What a lease means for the process that has it.</summary>
public static class LeasedProcess
{
    /// <summary>Why the process is nobody's any more, as a sentence without its capital and full stop; null: it is somebody's, or stays.</summary>
    public static string? WhyLeaseIsOver(this ProcessRecord record, DateTimeOffset now, Func<ProcessIdentity, bool> isAlive) =>
        record.LeaseOver ?? record.Spec.Lease?.WhyOver(now, isAlive);

    /// <summary>Why nothing of the process is to be left when the user has what nobody owns collected; null: it may stay.</summary>
    /// <param name="session">The one that is over, and the only one that is meant; null: whatever lease is over.</param>
    public static string? WhyToEnd(this ProcessRecord record, string? session, DateTimeOffset now, Func<ProcessIdentity, bool> isAlive) =>
        // Of what was stopped nothing is left.
        record.State is RunState.Stopped ? null
        : session is null ? record.WhyLeaseIsOver(now, isAlive)
        : record.Spec.Lease?.Session == session ? record.WhyLeaseIsOver(now, isAlive) ?? $"session {session} was ended"
        : null;

    /// <summary>The same as it is when the user has just run it.</summary>
    public static ProcessRecord Renewed(this ProcessRecord record, DateTimeOffset now) => record.Spec.Lease is { } lease
        ? record with { LeaseOver = null, Spec = record.Spec with { Lease = lease.Renewed(now) } }
        : record;

    /// <summary>Whether somebody must see to it when the lease is over: some of its tree may be there, and nobody is ending it for good.</summary>
    public static bool IsHeldByLease(this ProcessRecord record) =>
        record is { LeaseOver: null, Spec.Lease.Ends: true, State: not (RunState.Stopped or RunState.Stopping { IsForGood: true }) };
}
