namespace Sentinel.Core.Policy;

/// <summary>Names one process for good, which a pid alone does not: pids are used again.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot (proc_pid_stat(5), field 22).</param>
/// <param name="BootId">The boot in which it started (/proc/sys/kernel/random/boot_id).</param>
public sealed record ProcessIdentity(int Pid, long StartTicks, string BootId);
