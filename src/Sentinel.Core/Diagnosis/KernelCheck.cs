using Sentinel.Api;

namespace Sentinel.Core.Diagnosis;

/// <summary>What this kernel, or the container that we are in, lets us do.</summary>
/// <param name="Release">As <c>uname -r</c> prints it.</param>
/// <param name="HasPidFds">Whether a process can be held on to; see pidfd_open(2).</param>
/// <param name="TellsExits">Whether it tells how a process ended after the process was reaped.</param>
/// <param name="ClonesIntoGroups">Whether a process can be created in a control group; null if there is no group to try it with.</param>
public sealed record Kernel(string Release, bool HasPidFds, bool TellsExits, bool? ClonesIntoGroups);

public static class KernelCheck
{
    public static IEnumerable<Finding> Of(Kernel kernel)
    {
        if (!kernel.HasPidFds)
            yield return Finding.Broken(
                Areas.Kernel,
                $"Linux {kernel.Release} provides no pidfds (pidfd_open): processes can be neither watched nor stopped",
                "use Linux 5.3 or later; in a container allow pidfd_open in its seccomp profile");
        else if (!kernel.TellsExits)
            yield return Finding.Degraded(
                Areas.Kernel,
                $"Linux {kernel.Release} does not tell how a process ended once it is gone: without the daemon that can be 'unknown'",
                "sentinel daemon start (it sees every end), or use Linux 6.15 or later");
        else
            yield return Finding.Ok(Areas.Kernel, $"Linux {kernel.Release}: pidfds hold processes and tell how they ended");

        if (kernel.ClonesIntoGroups == false)
            yield return Finding.Degraded(
                Areas.Kernel,
                "processes cannot be created in a control group (clone3): a process that hides from its parents and empties its environment is not found again",
                "use Linux 5.7 or later; in a container allow clone3 in its seccomp profile");
    }
}
