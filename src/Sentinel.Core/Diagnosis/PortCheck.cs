using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model;

namespace Sentinel.Core.Diagnosis;

public static class PortCheck
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(7);

    /// <param name="listeners">The listeners on leased ports.</param>
    /// <param name="isStranger">Whether a pid belongs to a process outside the tree of the process that has the id.</param>
    public static IEnumerable<Finding> Of(
        State state, IReadOnlyCollection<Listener> listeners, Func<int, int, bool> isStranger, DateTimeOffset now)
    {
        var faults = state.Ports.Values.SelectMany(lease => Faults(lease, [.. listeners.Where(listener => listener.Port == lease.Port)])).ToList();
        return faults.Count > 0
            ? faults
            : [Finding.Ok(Areas.Ports, state.Ports.Count == 0 ? "no port is leased" : $"{state.Ports.Count} leased; each is in use, new, or waiting for its process")];

        IEnumerable<Finding> Faults(PortLease lease, IReadOnlyList<Listener> there)
        {
            if (lease.ProcessId is not { } owner)
            {
                if (there.Count == 0 && now - lease.AllocatedAt > Long)
                    yield return Finding.Degraded(
                        Areas.Ports,
                        $"{lease.Port} ({lease.Name}) was leased {(int)(now - lease.AllocatedAt).TotalDays} days ago, and nothing is listening on it",
                        $"sentinel port free {lease.Port}, if nobody needs it");
            }
            // A socket whose owner we may not see may belong to a process of ours that runs as another user.
            else if (there.FirstOrDefault(listener => listener.Pid is { } pid && isStranger(owner, pid)) is { } stranger)
            {
                var name = state.Processes[owner].Spec.Name;
                yield return Finding.Degraded(
                    Areas.Ports,
                    $"{lease.Port} ({lease.Name}) belongs to {name}, but {stranger} is listening on it: {name} cannot be started",
                    $"kill {stranger.Pid}, if it may be ended");
            }
        }
    }
}
