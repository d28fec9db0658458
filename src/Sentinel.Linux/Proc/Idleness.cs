using System.Diagnostics;
using Sentinel.Core.Home;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>How long a process has used no CPU, as far as it has been watched.</summary>
public sealed class Idleness
{
    private readonly int _pid;
    private TimeSpan? _used;
    private long _since = Stopwatch.GetTimestamp();

    public Idleness(int pid) => (_pid, _used) = (pid, CpuClock.Of(pid));

    /// <summary>Watches the daemon of a home; null when nothing says which process it is.</summary>
    public static Idleness? OfDaemon(SentinelHome home) => StateFiles.HolderOf(home.Lock) is { } pid ? new Idleness(pid) : null;

    /// <summary>The time since it was last seen to have used the CPU; null when it does not exist.</summary>
    public TimeSpan? Look()
    {
        var used = CpuClock.Of(_pid);
        if (used != _used)
            (_used, _since) = (used, Stopwatch.GetTimestamp());
        return used is null ? null : Stopwatch.GetElapsedTime(_since);
    }
}
