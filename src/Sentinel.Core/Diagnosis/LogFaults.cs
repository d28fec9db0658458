using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Diagnosis;

/// <summary>What happened to the logs of a process that a user does not expect.</summary>
public sealed record LogFaults(IReadOnlyList<DeletedLog> Deleted, IReadOnlyList<MovedLog> Moved, IReadOnlyList<EmptiedLog> Emptied)
{
    public static readonly LogFaults None = new([], [], []);

    /// <param name="open">Knows which of them it has open.</param>
    public static LogFaults Of(ProcessRecord record, SentinelHome home, IHomeFiles files, IOpenLogs open) =>
        new(open.DeletedOf(record), open.MovedOf(record), EmptiedLogsOf(record, home, files));

    /// <summary>The logs of a process that were emptied during its current or last run.</summary>
    public static IReadOnlyList<EmptiedLog> EmptiedLogsOf(ProcessRecord record, SentinelHome home, IHomeFiles files)
    {
        var since = record.State.CurrentRun?.Since ?? record.LastRun?.StartedAt;
        var starts = record.State.CurrentRun?.LogStarts ?? record.LastRun?.LogStarts ?? default;
        if (since is null)
            return [];
        var emptied = new List<EmptiedLog>();
        foreach (var (log, start) in new[] { (home.StdoutOf(record), starts.Stdout), (home.StderrOf(record), starts.Stderr) })
        {
            if (LogRotation.EmptyingOf(log, files) is { } emptying && emptying.At >= since)
                emptied.Add(new EmptiedLog(log, emptying.At, emptying.Lost));
            // Nobody was there to note it.
            else if (start is { } was && LogEnd.Of(log, files) is { } end && end < was)
                emptied.Add(new EmptiedLog(log, null, 0));
        }

        return emptied;
    }
}
