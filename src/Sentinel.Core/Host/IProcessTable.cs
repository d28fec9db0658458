using Sentinel.Core.Policy;

namespace Sentinel.Core.Host;

/// <summary>The processes of this machine, as far as they can be seen.</summary>
public interface IProcessTable
{
    /// <summary>Differs after every boot.</summary>
    string BootId { get; }

    /// <summary>Now, in the clock ticks since boot that <see cref="Sighting.StartTicks"/> counts.</summary>
    double NowTicks { get; }

    double TicksPerSecond { get; }

    /// <summary>Every process there is, zombies too and threads of the kernel not, in no order.</summary>
    IReadOnlyList<Sighting> All();

    /// <summary>One process, or null when there is none of that pid.</summary>
    Sighting? Look(int pid);

    /// <summary>The cookie of the tree that a process belongs to, or null.</summary>
    string? CookieOf(int pid);

    /// <summary>The name of the program that a process runs; null when it cannot be told.</summary>
    string? ProgramOf(int pid) => null;

    /// <summary>Whether it is certain, without a look at every process, that nothing of a tree is left.</summary>
    bool IsGone(string cookie);

    /// <summary>What is counted of a tree that has limits; null when there is no such control group.</summary>
    GroupSighting? LookAtGroup(string cookie);

    /// <summary>CPU time used so far, or null when it cannot be had.</summary>
    TimeSpan? CpuTimeOf(int pid);
}

/// <summary>What /proc/PID/stat says of one process; see proc_pid_stat(5).</summary>
/// <param name="Pid">The process id.</param>
/// <param name="Parent">The parent's pid.</param>
/// <param name="Session">The session id: the pid of the process that made the session.</param>
/// <param name="HasEnded">Whether it is a zombie: dead, with only its parent to take notice.</param>
/// <param name="IsOnCpu">Whether it wants a CPU at this moment.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot.</param>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="WaitStatus">Of a zombie: how it ended, as wait(2) would tell.</param>
public readonly record struct Sighting(
    int Pid,
    int Parent,
    int Session,
    bool HasEnded,
    bool IsOnCpu,
    long StartTicks,
    long MemoryBytes,
    int WaitStatus);

/// <summary>What the kernel counts of the control group of a tree that has limits, since the tree was last started.</summary>
/// <param name="CpuTime">Also of processes that have ended.</param>
/// <param name="MemoryBytes">What its limit is held against, but for cached files that can be dropped at once; null when its memory has no limit.</param>
/// <param name="RanOutOfMemory">Whether the kernel killed it for that.</param>
public sealed record GroupSighting(TimeSpan CpuTime, long? MemoryBytes, bool RanOutOfMemory);

public static class ProcessTableExtensions
{
    /// <summary>The process itself while it lives or is a zombie; null when it is gone or its pid is another's by now.</summary>
    public static Sighting? Look(this IProcessTable table, ProcessIdentity identity) =>
        identity.BootId == table.BootId && table.Look(identity.Pid) is { } seen && seen.StartTicks == identity.StartTicks
            ? seen
            : null;

    public static bool IsAlive(this IProcessTable table, ProcessIdentity identity) => table.Look(identity) is { HasEnded: false };
}
