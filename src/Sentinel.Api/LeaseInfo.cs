using Sentinel.Model.Specs;

namespace Sentinel.Api;

/// <summary>How long a process may run.</summary>
/// <param name="TtlSeconds">Null: no matter how long.</param>
/// <param name="ExpiresAt">When that is over.</param>
/// <param name="Owner">The process with which it ends; null: none.</param>
/// <param name="Session">The session that ends it; null: none.</param>
/// <param name="Over">Why the lease is over, as a sentence without its capital and full stop; null: it is not.</param>
public sealed record LeaseInfo(double? TtlSeconds, DateTimeOffset? ExpiresAt, AncestorInfo? Owner, string? Session, string? Over)
{
    public static LeaseInfo From(Lease lease, string? over) => new(
        lease.Term?.Length.TotalSeconds,
        lease.Term?.Expires,
        lease.Owner is { } owner ? new AncestorInfo(owner.Identity.Pid, owner.Program) : null,
        lease.Session,
        over);
}

/// <summary>Who started a process.</summary>
/// <param name="Ancestry">The command's ancestors, the nearest first.</param>
/// <param name="Folder">Where.</param>
/// <param name="At">When.</param>
public sealed record OriginInfo(IReadOnlyList<AncestorInfo> Ancestry, string Folder, DateTimeOffset At)
{
    public static OriginInfo From(Origin origin) =>
        new([.. origin.Ancestry.Select(ancestor => new AncestorInfo(ancestor.Pid, ancestor.Program))], origin.Folder, origin.At);
}

public sealed record AncestorInfo(int Pid, string Program);
