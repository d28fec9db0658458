using Sentinel.Core.Diagnosis;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Proc;

namespace Sentinel.Linux.Spawning;

/// <summary>Tries out the kernel on a child.</summary>
public static class KernelProbe
{
    public static Kernel Look(ProcessTable table)
    {
        var release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        using var group = ControlGroup.OpenOwn();
        var spawner = new Spawner(table);
        var inGroup = group is null ? null : spawner.Try(group);
        var child = inGroup ?? spawner.Try(group: null)
            ?? throw new IOException("cannot make a process to try the kernel with");
        var (hasPidFds, tellsExits) = PidFd.TryOn(child);
        return new Kernel(release, hasPidFds, tellsExits, group is null ? null : inGroup is not null);
    }
}
