using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Model.Policy;

namespace Sentinel.Commands;

/// <summary>
/// The outcome of a restart that a daemon, started meanwhile, continues: the state records that the processes are to run again, and
/// asking once more would restart them twice.
/// </summary>
internal static class RestartByDaemon
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public static IReadOnlyList<Outcome> Await(Session session, Selection selection)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (found, outcomes) = selection.In(session.Store.Read(), record => record.State is not RunState.Stopped);
            if (!found.Exists(IsUnderWay) || TimeProvider.System.GetElapsedTime(begun) > Longest)
                return [.. outcomes, .. found.Select(OutcomeOf)];
            Thread.Sleep(PollInterval);
        }
    }

    private static bool IsUnderWay(ProcessRecord record) => record.State is RunState.Stopping or RunState.Starting or RunState.Backoff;

    private static Outcome OutcomeOf(ProcessRecord record) => record.State is RunState.Running
        ? new Outcome.Restarted(record.Spec.Name, record, record.LastRun?.Pid)
        : new Outcome.Failed(record.Spec.Name, record, $"a daemon started meanwhile and took over; the process is now {record.State.Word}: see 'sentinel why {record.Spec.Name}'");
}
