using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>Puts together what happened to processes: from the record of events, and what they wrote to stderr before each end.</summary>
/// <param name="warn">Told of a file that cannot be read; the story goes without it.</param>
public sealed class Stories(SentinelHome home, ILogFiles files, TimeProvider time, Action<string> warn)
{
    private const int Runs = 5;

    // Events have a resolution of milliseconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(2);

    /// <param name="sight">In which the processes were found.</param>
    /// <param name="isWatched">Whether a daemon runs.</param>
    /// <param name="lines">How many lines of stderr to show before each end.</param>
    public IReadOnlyList<Story> Tell(IReadOnlyList<ProcessRecord> found, Sight sight, bool isWatched, int lines)
    {
        using var log = TryOpen(home.Events);
        var events = log is null ? [] : EventLog.Read(log, log.End);
        var left = LeftBehind.Find(found, sight.Snapshot, sight.State.Processes.Values, time);
        var infos = new ProcessInfos(home, time.GetUtcNow(), withOptions: false);
        return [.. found.Select(record => Tell(record, Shown(record), events, isWatched, lines))];

        ProcessInfo Shown(ProcessRecord record) => infos.Of(new ProcessView(record, null)
        {
            Left = left.GetValueOrDefault(record.Id, []),
            Logs = LogFaults.None with { Emptied = LogFaults.EmptiedLogsOf(record, home, files.Home) },
        });
    }

    private Story Tell(ProcessRecord record, ProcessInfo shown, IReadOnlyList<Event> events, bool isWatched, int lines)
    {
        var own = events.OfType<Event.OfProcess>().Where(happened => happened.Id == record.Id).ToList();
        var ends = own.OfType<Event.Ended>().ToList();
        // An end that was noticed only now, by looking, is not recorded yet.
        if (record.LastRun is { } last && !(ends.LastOrDefault()?.Run is { } noted && noted.Pid == last.Pid && (last.EndedAt - noted.EndedAt).Duration() < Rounding))
            ends.Add(new Event.Ended(last.EndedAt, record.Id, record.Spec.Name, last, ByUser: false, default, RestartDue: null));
        using var log = TryOpen(home.StderrOf(record));
        var (start, length) = log is null ? (0, 0) : (log.Start, log.End);
        var runs = new List<Story.Run>();
        foreach (var (end, i) in ends.Select((end, i) => (end, i)).Reverse().Take(Runs))
        {
            // A start that nobody noted is where the run before ended.
            var from = end.Run.LogStarts is { } began ? began.Stderr ?? 0 : (i > 0 ? ends[i - 1].Logs.Stderr : null) ?? record.LogsFrom?.Stderr ?? 0;
            // A reader in between may have written the last lines a moment after the end.
            var next = i + 1 < ends.Count ? ends[i + 1].Run.LogStarts : record.State.CurrentRun?.LogStarts;
            var to = next?.Stderr ?? (i == ends.Count - 1 ? length : end.Logs.Stderr ?? 0);
            // A log that was emptied since, while nobody was there to note it, begins again at lower positions.
            var isEmptied = from > length || to > length || end.Logs.Stderr > length
                || ends.Skip(i + 1).Select(later => later.Run.LogStarts).Append(record.State.CurrentRun?.LogStarts).Any(later => later?.Stderr < from);
            runs.Add(new Story.Run(end, isEmptied || from >= to ? [] : ShownText.Lines(Read(Math.Max(from, start), to)), IsKept: !isEmptied && (to > start || from == to)));
        }

        return new Story(shown, runs, ends.Count, own.Count > 0 ? own[0].Time : null, isWatched);

        ReadOnlyMemory<byte> Read(long from, long to)
        {
            var bytes = new MemoryStream();
            log?.Read(LogFile.StartOfLastLines(log, lines, from, to), to, block => bytes.Write(block.Span));
            return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        }
    }

    private LogHistory? TryOpen(string path)
    {
        try
        {
            return new LogHistory(path, files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn(e.Message);
            return null;
        }
    }
}
