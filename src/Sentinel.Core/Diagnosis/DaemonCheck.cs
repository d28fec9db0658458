using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Diagnosis;

/// <summary>The result of asking the daemon how it is.</summary>
public abstract record DaemonSight
{
    private DaemonSight()
    {
    }

    /// <param name="HasSocket">Whether a daemon that was killed has left its socket.</param>
    public sealed record None(bool HasSocket) : DaemonSight;

    /// <summary>It runs, but nobody listens: it is about to listen, has just stopped listening, or its socket was removed.</summary>
    public sealed record Deaf(int Pid) : DaemonSight;

    /// <param name="Pid">Null when it is not known.</param>
    public sealed record Silent(int? Pid) : DaemonSight;

    /// <summary>We lack the rights to find out whether there is one.</summary>
    public sealed record Closed(string Why) : DaemonSight;

    /// <summary>It cannot be talked to.</summary>
    /// <param name="Why">In a sentence.</param>
    public sealed record Strange(string Why) : DaemonSight;

    public sealed record Answers(DaemonStatus Status) : DaemonSight;
}

public static class DaemonCheck
{
    /// <param name="version">The version of this program.</param>
    /// <param name="processes">All registered processes.</param>
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
                yield return Finding.Degraded(Areas.Daemon, $"cannot tell whether a daemon is running: {closed.Why}", "run this as the user who owns the folder");
                break;
            case DaemonSight.Deaf deaf:
                yield return Finding.Degraded(
                    Areas.Daemon,
                    $"a daemon (pid {deaf.Pid}) is running but cannot be reached: it is about to listen, or its socket was deleted",
                    "wait 5 seconds for it to make another; if it does not, sentinel daemon restart");
                break;
            case DaemonSight.None none:
                var waiting = processes.Count(process => process.Spec.Restart != RestartRule.Never
                    && process.State is (RunState.Starting or RunState.Running or RunState.Backoff));
                yield return waiting > 0
                    ? Finding.Degraded(
                        Areas.Daemon,
                        $"no daemon is running, so {waiting} {(waiting == 1 ? "process with --restart is" : "processes with --restart are")} restarted only when 'sentinel list' or 'status' runs",
                        "sentinel daemon start")
                    : Finding.Ok(Areas.Daemon, "no daemon is running, and no process needs one to restart it");
                var leased = processes.Count(process => process.IsHeldByLease());
                if (leased > 0)
                    yield return Finding.Degraded(
                        Areas.Daemon,
                        $"no daemon is running, and {leased} {(leased == 1 ? "process has a lease" : "processes have leases")}: only 'sentinel gc' ends a process whose lease is over",
                        "sentinel daemon start");
                if (none.HasSocket)
                    yield return Finding.Ok(Areas.Daemon, "a daemon that was killed has left its daemon.sock, which does no harm");
                break;
        }
    }
}
