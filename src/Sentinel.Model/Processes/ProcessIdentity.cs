namespace Sentinel.Model.Processes;

/// <summary>Identifies one process for good, which a pid alone does not: pids are reused, and each pid namespace numbers its own.</summary>
/// <param name="Pid">The process id, as its pid namespace numbers it.</param>
/// <param name="StartTicks">
/// When it started, in clock ticks since boot (proc_pid_stat(5), field 22), without the offset of any time namespace.
/// </param>
/// <param name="BootId">The boot in which it started (/proc/sys/kernel/random/boot_id).</param>
/// <param name="PidNamespace">
/// The inode of that namespace (/proc/self/ns/pid; see pid_namespaces(7)); null in a state of version 1, which did not record it.
/// </param>
public sealed record ProcessIdentity(int Pid, long StartTicks, string BootId, ulong? PidNamespace = null);
