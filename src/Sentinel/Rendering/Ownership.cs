using Sentinel.Core.Queries;
using Sentinel.Core.Supervision;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Who owns processes, as people read it.</summary>
internal static class Ownership
{
    /// <summary>For a column: <c>until bash 812, ttl 1h 59m</c>.</summary>
    public static string Cell(ProcessView view, DateTimeOffset now) =>
        view.Record.Spec.Lease is not { } lease ? "-"
        : view.LeaseOver is not null ? string.Join(", ", [.. Parts(lease, _ => "ttl"), "over"])
        : string.Join(", ", Parts(lease, term => $"ttl {Text.Duration(term.Expires - now)}"));

    /// <summary>For a line of its own: <c>until bash (pid 812) ends; 2h, until 2026-01-31 12:00:00; in session abc</c>.</summary>
    public static string Line(Lease lease)
    {
        var parts = new List<string>();
        if (lease.Owner is { } owner)
            parts.Add($"until {Text.Printable(owner.ToString())} ends");
        if (lease.Term is { } term)
            parts.Add($"{Duration.Words(term.Length)}, until {Text.Time(term.Expires)}");
        if (lease.Session is { } session)
            parts.Add($"in session {session}");
        return string.Join("; ", parts);
    }

    /// <summary>For a line of its own: <c>bash (pid 812) &lt; sshd (pid 790), in /home/user, 2026-01-31 12:00:00</c>.</summary>
    public static string Line(Origin origin) => Text.Printable(
        $"{(origin.Ancestry.Count == 0 ? "unknown" : string.Join(" < ", origin.Ancestry))}, in {origin.Folder}, {Text.Time(origin.At)}");

    private static IEnumerable<string> Parts(Lease lease, Func<Term, string> time)
    {
        if (lease.Owner is { } owner)
            yield return Text.Printable($"until {owner.Program} {owner.Identity.Pid}");
        if (lease.Term is { } term)
            yield return time(term);
        if (lease.Session is { } session)
            yield return $"session {session}";
    }
}

/// <summary>See docs/json.md.</summary>
internal sealed record ProcessLeaseJson(double? TtlSeconds, DateTimeOffset? ExpiresAt, AncestorJson? Owner, string? Session, string? Over)
{
    public static ProcessLeaseJson? From(ProcessView view) => view.Record.Spec.Lease is not { } lease ? null : new(
        lease.Term?.Length.TotalSeconds,
        lease.Term?.Expires,
        lease.Owner is { } owner ? new AncestorJson(owner.Identity.Pid, owner.Program) : null,
        lease.Session,
        view.LeaseOver);
}

internal sealed record OriginJson(IReadOnlyList<AncestorJson> Ancestry, string Folder, DateTimeOffset At)
{
    public static OriginJson? From(Origin? origin) => origin is null ? null : new(
        [.. origin.Ancestry.Select(ancestor => new AncestorJson(ancestor.Pid, ancestor.Program))], origin.Folder, origin.At);
}

internal sealed record AncestorJson(int Pid, string Program);
