using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>The processes of this machine, as far as they can be seen.</summary>
public interface IProcessTable
{
    /// <summary>Differs after every boot.</summary>
    string BootId { get; }

    /// <summary>The pid namespace whose pids these are; see <see cref="ProcessIdentity"/>.</summary>
    ulong? PidNamespace { get; }

    /// <summary>Now, in the clock ticks since boot that <see cref="Sighting.StartTicks"/> counts.</summary>
    double NowTicks { get; }

    double TicksPerSecond { get; }

    /// <summary>Every process, including zombies but not threads of the kernel, in no order.</summary>
    IReadOnlyList<Sighting> All();

    /// <summary>One process, or null when none has that pid.</summary>
    Sighting? Look(int pid);

    /// <summary>Whether a process has that pid, even one that is hidden from us; see proc(5), hidepid.</summary>
    bool Exists(int pid);

    /// <summary>Whether some process, in any pid namespace, may have a file open for writing.</summary>
    bool MayBeWritten(string path);

    /// <summary>The pid that was given out last; 0 if the system does not tell.</summary>
    int NewestPid { get; }

    /// <summary>Whether a pid belongs to a thread, which <see cref="Look"/> shows as if it were a process.</summary>
    bool IsThread(int pid);

    /// <summary>The sign that a process belongs to a tree, however far it has moved away from it.</summary>
    TreeSign SignOf(int pid);

    /// <summary>The environment that a process got when it was executed; null when it cannot be read.</summary>
    EnvironmentBlock? EnvironmentOf(int pid) => null;

    /// <summary>The name under which Sentinel started the tree of a process, from its environment; null when that does not tell.</summary>
    string? NameOf(int pid) => null;

    /// <summary>Whether a process is a shell, which runs a trap only when its child has ended.</summary>
    bool IsShell(int pid);

    /// <summary>
    /// Whether any process of a run is left, as the kernel knows from its control group; null when that does not tell: there is no
    /// such group, or only others are in it.
    /// </summary>
    bool? IsPopulated(string cookie);

    /// <summary>The name of the program that a process runs; null when it is not known.</summary>
    string? ProgramOf(int pid) => null;

    /// <summary>Whether the arguments of a process begin with these; false when they cannot be read.</summary>
    bool HasArguments(int pid, IReadOnlyList<string> first) => false;

    /// <summary>The counts for a run that has limits; null when there is no such control group.</summary>
    GroupSighting? LookAtGroup(string cookie);

    /// <summary>CPU time used so far, or null when it is not available.</summary>
    TimeSpan? CpuTimeOf(int pid);
}

/// <summary>What /proc/PID/stat says about one process; see proc_pid_stat(5).</summary>
/// <param name="Pid">The process id.</param>
/// <param name="Parent">The parent's pid.</param>
/// <param name="Session">The session id: the pid of the process that made the session.</param>
/// <param name="HasEnded">Whether it is a zombie: dead, but not yet reaped by its parent.</param>
/// <param name="IsOnCpu">Whether it wants a CPU at this moment.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot.</param>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="WaitStatus">For a zombie: how it ended, as wait(2) would report.</param>
public readonly record struct Sighting(
    int Pid,
    int Parent,
    int Session,
    bool HasEnded,
    bool IsOnCpu,
    long StartTicks,
    long MemoryBytes,
    int WaitStatus)
{
    /// <summary>The process group.</summary>
    public int Group { get; init; }

    /// <summary>The page faults of its children that have ended and that it has reaped: grows with each.</summary>
    public long ChildFaults { get; init; }

    /// <summary>CPU time that it and its children that have ended and that it has reaped have used, in clock ticks.</summary>
    public long CpuTicks { get; init; }

    /// <summary>How many threads it has.</summary>
    public int Threads { get; init; }

    /// <summary>Whether a signal has suspended it.</summary>
    public bool IsSuspended { get; init; }
}

/// <summary>A sign of its tree that a process has inherited; both null: there is none.</summary>
/// <param name="Cookie">The cookie of its run.</param>
/// <param name="Mark">The <see cref="Trees.TreeMark"/> of its run; read only if its environment has no cookie.</param>
public readonly record struct TreeSign(string? Cookie, ulong? Mark);

/// <summary>What the kernel counts for the control group of a run that has limits.</summary>
/// <param name="CpuTime">Includes processes that have ended.</param>
/// <param name="MemoryBytes">What counts against its limit, without cached files that can be dropped at once; null without a limit.</param>
/// <param name="RanOutOfMemory">Whether the kernel killed it because it ran out of memory.</param>
public sealed record GroupSighting(TimeSpan CpuTime, long? MemoryBytes, bool RanOutOfMemory);

public static class ProcessTableExtensions
{
    /// <summary>The process itself while it lives or is a zombie; null when it cannot be seen here, or its pid is now another's.</summary>
    public static Sighting? Look(this IProcessTable table, ProcessIdentity identity) =>
        table.IsHere(identity) && table.Look(identity.Pid) is { } seen && seen.StartTicks == identity.StartTicks ? seen : null;

    public static ProcessIdentity IdentityOf(this IProcessTable table, Sighting seen) =>
        new(seen.Pid, seen.StartTicks, table.BootId, table.PidNamespace);

    /// <summary>Whether its pid, if it still has it, means the same process to us.</summary>
    public static bool IsHere(this IProcessTable table, ProcessIdentity identity) =>
        identity.BootId == table.BootId && (identity.PidNamespace is not { } space || space == table.PidNamespace);

    /// <summary>Whether it started in this boot in another pid namespace, so that nobody can see from here whether it lives.</summary>
    public static bool IsElsewhere(this IProcessTable table, ProcessIdentity identity) =>
        identity.BootId == table.BootId && !table.IsHere(identity);

    /// <summary>Whether a process that we may not look at has its pid, and must be taken for it.</summary>
    public static bool IsHidden(this IProcessTable table, ProcessIdentity identity) =>
        table.IsHere(identity) && table.Look(identity.Pid) is null && table.Exists(identity.Pid);

    /// <summary>Whether it lives, or nobody can say from here that it does not.</summary>
    public static bool MayBeAlive(this IProcessTable table, ProcessIdentity identity) =>
        table.IsElsewhere(identity) || table.Look(identity) is { HasEnded: false } || table.IsHidden(identity);
}
