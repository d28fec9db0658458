using System.Buffers.Text;

namespace Sentinel.Linux.Native;

/// <summary>
/// Knows whether the kernel has killed processes because memory ran out, on the machine or in a control group: it counts them in
/// /proc/vmstat. Which processes they were, it tells only the administrator.
/// </summary>
internal sealed class OutOfMemoryKills
{
    private const string Counters = "/proc/vmstat";

    private long? _known;

    /// <summary>From now on only later kills are new. Before the first call, none is.</summary>
    public void Refresh() => _known = Count();

    /// <summary>Whether a new kill is not accounted for yet; from then on it is.</summary>
    public bool TakeOne()
    {
        if (_known is not { } known || Count() is not { } count || count <= known)
            return false;
        _known = known + 1;
        return true;
    }

    private static long? Count()
    {
        ReadOnlySpan<byte> vmstat = File.Exists(Counters) ? File.ReadAllBytes(Counters) : [];
        var at = vmstat.IndexOf("\noom_kill "u8);
        return at >= 0 && Utf8Parser.TryParse(vmstat[(at + "\noom_kill ".Length)..], out long count, out _) ? count : null;
    }
}
