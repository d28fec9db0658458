using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Environments;
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
    private const int ErrorLines = 5;

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
        return [.. found.Select(record => Tell(record, Shown(record), events, sight, isWatched, lines))];

        ProcessInfo Shown(ProcessRecord record)
        {
            IReadOnlyList<PortLease> ports = [.. sight.State.Ports.Values.Where(lease => lease.ProcessId == record.Id)];
            return infos.Of(new ProcessView(record, null)
            {
                Ports = ports,
                Url = ProcessUrl.Of(record, ports, sight.State),
                Left = left.GetValueOrDefault(record.Id, []),
                WaitsFor = sight.WaitsFor(record),
                Logs = LogFaults.None with { Emptied = LogFaults.EmptiedLogsOf(record, home, files.Home) },
            });
        }
    }

    private Story Tell(ProcessRecord record, ProcessInfo shown, IReadOnlyList<Event> events, Sight sight, bool isWatched, int lines)
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
        return record.State.IsUnderWay ? Present(story) : ends.Count > 0 ? Explain(story) : story;

        Story Present(Story story) => record.State.CurrentRun is null ? story : story with
        {
            Cause = Trouble(record, shown),
            Lately = Lately(own),
            Errors = [.. TellingLine.Errors(stderr.CurrentLines(TellingLines), stdout.CurrentLines(TellingLines)).TakeLast(Math.Min(lines, ErrorLines))],
            Ports = UsesOf(shown.Ports, record, sight),
        };

        Story Explain(Story story)
        {
            var end = ends[^1];
            // What the user stopped needs no explanation of its own.
            var errors = end.ByUser ? [] : stderr.LastLines(ends.Count - 1, TellingLines).Lines;
            var output = end.ByUser ? [] : stdout.LastLines(ends.Count - 1, TellingLines).Lines;
            var cause = shown.InBackground is { } background
                ? $"it put itself into the background and left {background}"
                : new Cause(record.Spec, port => HolderOf(port, sight), WasWatched(events, end.Time)).Of(end.Run, end.ByUser, shown.LeaseEnded, [.. errors, .. output]);
            var isFailure = !end.ByUser && !record.Spec.ExitCodes.IsSuccess(end.Run.How);
            return story with { Cause = cause, Said = isFailure ? TellingLine.In(errors, output) : null };
        }
    }

    private static bool WasWatched(IReadOnlyList<Event> events, DateTimeOffset moment) =>
        events.LastOrDefault(happened => happened is Event.DaemonUp or Event.DaemonDown && happened.Time <= moment) is Event.DaemonUp;

    // Of one that runs.
    private static string? Trouble(ProcessRecord record, ProcessInfo shown) =>
        record.State is RunState.Running && shown.Health is { Status: "unhealthy" } health ? $"unhealthy: {health.Why}" : null;

    private Story.Restarts? Lately(IReadOnlyList<Event.OfProcess> own)
    {
        var restarts = own.OfType<Event.Started>().Where(started => started.Automatic && time.GetUtcNow() - started.Time < Story.Restarts.Span).ToList();
        if (restarts is not [.., var last])
            return null;
        var end = own.OfType<Event.Ended>().LastOrDefault(ended => ended.Time <= last.Time)?.Run;
        return new Story.Restarts(restarts.Count, last.Time, end is null ? null : end.Why is { } why ? $"{why}; {end.How}" : end.How.ToString());
    }

    private IReadOnlyList<Story.PortUse> UsesOf(IReadOnlyList<LeasedPortInfo> leased, ProcessRecord record, Sight sight)
    {
        if (leased.Count == 0)
            return [];
        var listeners = ports.Listeners(leased.Select(lease => lease.Port).ToHashSet()).ToLookup(listener => listener.Port);
        return [.. leased.Select(lease =>
        {
            var own = listeners[lease.Port].FirstOrDefault(IsOwn);
            var listener = own ?? listeners[lease.Port].FirstOrDefault();
            return new Story.PortUse(lease.Port, lease.Name, listener is null ? null : NameOf(listener, sight), own is not null);
        })];

        bool IsOwn(Listener listener) => listener.Pid is { } pid && TreeMembership.Of(pid, TreeRoot.Of(record), sight.Snapshot.Table) == true;
    }

    private string? HolderOf(int port, Sight sight) => ports.Listeners(new HashSet<int> { port }).FirstOrDefault() is { } listener ? NameOf(listener, sight) : null;

    private static string NameOf(Listener listener, Sight sight) =>
        listener.Pid is { } pid && sight.State.Processes.Values.FirstOrDefault(record => TreeMembership.Of(pid, TreeRoot.Of(record), sight.Snapshot.Table) == true) is { } ours
            ? $"{ours.Spec.Name} (id: {ours.Id}, pid: {pid})"
            : listener.ToString();

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
