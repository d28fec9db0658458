using System.Buffers.Text;

namespace Sentinel.Linux.Native;

/// <summary>
/// Knows whether the kernel has killed processes because memory ran out, on the machine or in a control group: it counts them in
/// /proc/vmstat. Which ones they were it tells nobody but the administrator.
/// </summary>
internal sealed class OutOfMemoryKills
{
    private const string Counters = "/proc/vmstat";

    private long? _known;

    /// <summary>From now on only what comes is new. Before this is called for the first time nothing is.</summary>
    public void Refresh() => _known = Count();

    /// <summary>Whether one of those that came is still to be explained; it then is.</summary>
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
