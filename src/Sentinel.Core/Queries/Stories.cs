using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Queries;

/// <summary>Puts together what happened to processes: from the record of events, and what they wrote before each end.</summary>
/// <param name="warn">Told of a file that cannot be read; the story goes without it.</param>
public sealed class Stories(SentinelHome home, ILogFiles files, IPorts ports, TimeProvider time, Action<string> warn)
{
    private const int Runs = 5;

    // Among so many lines is the one that tells why; the first error may be far above the end.
    private const int TellingLines = 400;
    private const long MostBytes = 256 * 1024;

    // Events have a resolution of milliseconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(2);

    /// <param name="sight">In which the processes were found.</param>
    /// <param name="isWatched">Whether a daemon runs.</param>
    /// <param name="lines">How many lines to show before each end.</param>
    public IReadOnlyList<Story> Tell(IReadOnlyList<ProcessRecord> found, Sight sight, bool isWatched, int lines)
    {
        using var log = TryOpen(home.Events);
        var events = log is null ? [] : EventLog.Read(log, log.End);
        var left = LeftBehind.Find(found, sight.Snapshot, sight.State.Processes.Values, time);
        var infos = new ProcessInfos(home, time.GetUtcNow(), withOptions: false);
        return [.. found.Select(record => Tell(record, Shown(record), events, port => HolderOf(port, sight), isWatched, lines))];

        ProcessInfo Shown(ProcessRecord record) => infos.Of(new ProcessView(record, null)
        {
            Left = left.GetValueOrDefault(record.Id, []),
            Logs = LogFaults.None with { Emptied = LogFaults.EmptiedLogsOf(record, home, files.Home) },
        });
    }

    private Story Tell(ProcessRecord record, ProcessInfo shown, IReadOnlyList<Event> events, Func<int, string?> holderOf, bool isWatched, int lines)
    {
        var own = events.OfType<Event.OfProcess>().Where(happened => happened.Id == record.Id).ToList();
        var ends = own.OfType<Event.Ended>().ToList();
        // An end that was noticed only now, by looking, is not recorded yet.
        if (record.LastRun is { } last && !(ends.LastOrDefault()?.Run is { } noted && noted.Pid == last.Pid && (last.EndedAt - noted.EndedAt).Duration() < Rounding))
            ends.Add(new Event.Ended(last.EndedAt, record.Id, record.Spec.Name, last, ByUser: record.State is RunState.Stopped, default, RestartDue: null));
        using var stderr = new RunLog(TryOpen(home.StderrOf(record)), record, ends, LogStream.Stderr);
        using var stdout = new RunLog(TryOpen(home.StdoutOf(record)), record, ends, LogStream.Stdout);
        var runs = new List<Story.Run>();
        for (var i = ends.Count - 1; i >= Math.Max(0, ends.Count - Runs); i--)
        {
            var (errors, isKept) = stderr.LastLines(i, lines);
            runs.Add(new Story.Run(ends[i], errors, isKept) { Stdout = errors.Count == 0 ? stdout.LastLines(i, lines).Lines : [] });
        }

        var story = new Story(shown, runs, ends.Count, own.Count > 0 ? own[0].Time : null, isWatched);
        return !record.State.IsUnderWay && ends.Count > 0 ? Explain(story) : story with { Cause = Trouble(record, shown) };

        Story Explain(Story story)
        {
            var end = ends[^1];
            // What the user stopped needs no explanation of its own.
            var errors = end.ByUser ? [] : stderr.LastLines(ends.Count - 1, TellingLines).Lines;
            var output = end.ByUser ? [] : stdout.LastLines(ends.Count - 1, TellingLines).Lines;
            var cause = shown.InBackground is { } background
                ? $"it put itself into the background and left {background}"
                : new Cause(record.Spec, holderOf, WasWatched(events, end.Time)).Of(end.Run, end.ByUser, shown.LeaseEnded, [.. errors, .. output]);
            var isFailure = !end.ByUser && !record.Spec.ExitCodes.IsSuccess(end.Run.How);
            return story with { Cause = cause, Said = isFailure ? TellingLine.In(errors, output) : null };
        }
    }

    private static bool WasWatched(IReadOnlyList<Event> events, DateTimeOffset moment) =>
        events.LastOrDefault(happened => happened is Event.DaemonUp or Event.DaemonDown && happened.Time <= moment) is Event.DaemonUp;

    // Of one that runs.
    private static string? Trouble(ProcessRecord record, ProcessInfo shown) =>
        record.State is RunState.Running && shown.Health is { Status: "unhealthy" } health ? $"unhealthy: {health.Why}" : null;

    private string? HolderOf(int port, Sight sight)
    {
        var listener = ports.Listeners(new HashSet<int> { port }).FirstOrDefault();
        return listener is null ? null
            : listener.Pid is { } pid && sight.State.Processes.Values.FirstOrDefault(record => TreeMembership.Of(pid, TreeRoot.Of(record), sight.Snapshot.Table) == true) is { } ours
            ? $"{ours.Spec.Name} (id: {ours.Id}, pid: {pid})"
            : listener.ToString();
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

    /// <summary>What the runs of a process wrote to one stream.</summary>
    private sealed class RunLog(LogHistory? log, ProcessRecord record, List<Event.Ended> ends, LogStream stream) : IDisposable
    {
        private readonly (long Start, long End) _kept = log is null ? (0, 0) : (log.Start, log.End);

        /// <returns>Also whether the log still reaches back to that run.</returns>
        public (IReadOnlyList<string> Lines, bool IsKept) LastLines(int i, int lines)
        {
            var (start, length) = _kept;
            var end = ends[i];
            // A start that nobody noted is where the run before ended.
            var from = end.Run.LogStarts is { } began ? began.Of(stream) ?? 0 : (i > 0 ? ends[i - 1].Logs.Of(stream) : null) ?? record.LogsFrom?.Of(stream) ?? 0;
            // A reader in between may have written the last lines a moment after the end.
            var next = i + 1 < ends.Count ? ends[i + 1].Run.LogStarts : record.State.CurrentRun?.LogStarts;
            var to = next?.Of(stream) ?? (i == ends.Count - 1 ? length : end.Logs.Of(stream) ?? 0);
            // A log that was emptied since, while nobody was there to note it, begins again at lower positions.
            var isEmptied = from > length || to > length || end.Logs.Of(stream) > length
                || ends.Skip(i + 1).Select(later => later.Run.LogStarts).Append(record.State.CurrentRun?.LogStarts).Any(later => later?.Of(stream) < from);
            return (isEmptied || from >= to ? [] : Read(Math.Max(from, start), to, lines), !isEmptied && (to > start || from == to));
        }

        private IReadOnlyList<string> Read(long from, long to, int lines)
        {
            var bytes = new MemoryStream();
            log?.Read(LogFile.StartOfLastLines(log, lines, Math.Max(from, to - MostBytes), to), to, block => bytes.Write(block.Span));
            return ShownText.Lines(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        }

        public void Dispose() => log?.Dispose();
    }
}
