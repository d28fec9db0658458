using Sentinel.Core.Daemon;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Diagnosis;

/// <summary>What became of asking the daemon how it is.</summary>
public abstract record DaemonSight
{
    private DaemonSight()
    {
    }

    /// <param name="HasSocket">Whether one that was killed has left its socket.</param>
    public sealed record None(bool HasSocket) : DaemonSight;

    /// <summary>It runs and nobody listens: it is about to, or has just ceased to, or its socket was taken away.</summary>
    public sealed record Deaf(int Pid) : DaemonSight;

    /// <param name="Pid">Null when it is not known.</param>
    public sealed record Silent(int? Pid) : DaemonSight;

    /// <summary>Whether there is one is not ours to know.</summary>
    public sealed record Closed(string Why) : DaemonSight;

    /// <summary>It cannot be spoken with.</summary>
    /// <param name="Why">In a sentence.</param>
    public sealed record Strange(string Why) : DaemonSight;

    public sealed record Answers(DaemonStatus Status) : DaemonSight;
}

public static class DaemonCheck
{
    /// <param name="version">Of this program.</param>
    /// <param name="processes">All there are.</param>
    public static IEnumerable<Finding> Of(DaemonSight daemon, string version, IEnumerable<ProcessRecord> processes)
    {
        switch (daemon)
        {
            case DaemonSight.Answers { Status: var status } when status.Version != version:
                yield return Finding.Degraded(
                    Areas.Daemon, $"the daemon (pid {status.Pid}) is {status.Version}, and this is {version}", "sentinel daemon restart (your processes go on)");
                break;
            case DaemonSight.Answers { Status: var status }:
                yield return Finding.Ok(Areas.Daemon, $"the daemon (pid {status.Pid}) answers, and supervises {Counted.Processes(status.Supervised)}");
                break;
            case DaemonSight.Silent silent:
                yield return Finding.Broken(
                    Areas.Daemon,
                    $"the daemon{(silent.Pid is { } pid ? $" (pid {pid})" : "")} does not answer: nothing can be changed, and nothing is restarted",
                    "sentinel daemon stop --force, then sentinel daemon start (your processes go on)");
                break;
            case DaemonSight.Strange strange:
                yield return Finding.Broken(Areas.Daemon, strange.Why, "sentinel daemon restart (your processes go on)");
                break;
            case DaemonSight.Closed closed:
                yield return Finding.Degraded(Areas.Daemon, $"whether a daemon runs cannot be told: {closed.Why}", "be the user to whom the folder belongs");
                break;
            case DaemonSight.Deaf deaf:
                yield return Finding.Degraded(
                    Areas.Daemon,
                    $"a daemon (pid {deaf.Pid}) runs and cannot be reached: it is about to, or its socket was deleted",
                    "wait 5 seconds, in which it makes another; if it does not, sentinel daemon restart");
                break;
            case DaemonSight.None none:
                var waiting = processes.Count(process => process.Spec.Restart != RestartRule.Never
                    && process.State is (RunState.Starting or RunState.Running or RunState.Backoff));
                yield return waiting > 0
                    ? Finding.Degraded(
                        Areas.Daemon,
                        $"no daemon runs, and {waiting} {(waiting == 1 ? "process is" : "processes are")} to be restarted: that happens only when somebody looks",
                        "sentinel daemon start")
                    : Finding.Ok(Areas.Daemon, "no daemon runs, and no process is to be restarted by one");
                var leased = processes.Count(process => process.IsHeldByLease());
                if (leased > 0)
                    yield return Finding.Degraded(
                        Areas.Daemon,
                        $"no daemon runs, and {leased} {(leased == 1 ? "process has a lease" : "processes have leases")}: when that is over, only 'sentinel gc' ends what has it",
                        "sentinel daemon start");
                if (none.HasSocket)
                    yield return Finding.Ok(Areas.Daemon, "a daemon that was killed has left its daemon.sock, which is in nobody's way");
                break;
        }
    }
}
