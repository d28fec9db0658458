using System.Buffers.Text;
using Sentinel.Core.Trees;

namespace Sentinel.Linux.Native;

/// <summary>The limit that holds the <see cref="TreeMark"/> of a tree; see getrlimit(2), RLIMIT_RTTIME.</summary>
internal static unsafe class RealTimeLimit
{
    public const string Name = "rttime";
    public const int Number = 15;

    /// <summary>The mark that a process has inherited; null when it has none.</summary>
    public static ulong? MarkOf(int pid)
    {
        // Everyone may read it, even for a process that has become root's; see proc_pid_limits(5).
        Span<byte> buffer = stackalloc byte[4 * 1024];
        ReadOnlySpan<byte> limits = buffer[..Math.Max(0, ProcFile.Read(pid, "/limits\0"u8, buffer))];
        var name = "\nMax realtime timeout"u8;
        var at = limits.IndexOf(name);
        if (at < 0)
            return null;
        var soft = limits[(at + name.Length)..].TrimStart((byte)' ');
        return Utf8Parser.TryParse(soft, out ulong limit, out _) && TreeMark.IsOne(limit) ? limit : null;
    }

    /// <summary>What we may raise our own to; null if the system does not tell.</summary>
    public static ulong? Hard(int prlimit)
    {
        var limit = stackalloc ulong[2];
        return LibC.syscall(prlimit, 0, Number, 0, (nint)limit) == 0 ? limit[1] : null;
    }
}
