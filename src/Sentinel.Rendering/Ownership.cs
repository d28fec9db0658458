using Sentinel.Api;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Who owns processes, as people read it.</summary>
internal static class Ownership
{
    /// <summary>For a column: <c>until bash 812, ttl 1h 59m</c>.</summary>
    public static string Cell(LeaseInfo? lease, DateTimeOffset now) =>
        lease is null ? "-"
        : lease.Over is not null ? string.Join(", ", [.. Parts(lease, _ => "ttl"), "over"])
        : string.Join(", ", Parts(lease, expires => $"ttl {Text.Duration(expires - now)}"));

    /// <summary>For a line of its own: <c>until bash (pid 812) ends; 2h, until 2026-01-31 12:00:00; in session abc</c>.</summary>
    public static string Line(LeaseInfo lease)
    {
        var parts = new List<string>();
        if (lease.Owner is { } owner)
            parts.Add($"until {Text.Printable(Named(owner))} ends");
        if (lease is { TtlSeconds: { } length, ExpiresAt: { } expires })
            parts.Add($"{Duration.Words(TimeSpan.FromSeconds(length))}, until {Text.Time(expires)}");
        if (lease.Session is { } session)
            parts.Add($"in session {session}");
        return string.Join("; ", parts);
    }

    /// <summary>For a line of its own: <c>bash (pid 812) &lt; sshd (pid 790), in /home/user, 2026-01-31 12:00:00</c>.</summary>
    public static string Line(OriginInfo origin) => Text.Printable(
        $"{(origin.Ancestry.Count == 0 ? "unknown" : string.Join(" < ", origin.Ancestry.Select(Named)))}, in {origin.Folder}, {Text.Time(origin.At)}");

    private static string Named(AncestorInfo process) => $"{process.Program} (pid {process.Pid})";

    private static IEnumerable<string> Parts(LeaseInfo lease, Func<DateTimeOffset, string> time)
    {
        if (lease.Owner is { } owner)
            yield return Text.Printable($"until {owner.Program} {owner.Pid}");
        if (lease.ExpiresAt is { } expires)
            yield return time(expires);
        if (lease.Session is { } session)
            yield return $"session {session}";
    }
}
