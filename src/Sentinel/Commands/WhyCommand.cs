using System.CommandLine;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class WhyCommand
{
    private const int DefaultLines = 20;
    private const int Runs = 5;

    // Events have a resolution of milliseconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(2);

    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        var lines = SharedOptions.Lines("Number of stderr lines to show before each end", DefaultLines);
        var json = SharedOptions.Json();
        var command = new Command("why", "Explain a process's state: how its last runs ended, and what comes next") { processes, lines, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            Show(session, result.GetValue(processes)!, result.GetValue(lines))));
        return command;
    }

    private static int Show(Session session, string[] targets, int lines)
    {
        var (_, state, snapshot, _) = session.Look();
        var (found, missing) = new Selection.Named(targets).In(state, _ => true);
        using var log = session.TryOpenLog(session.Home.Events);
        var events = log is null ? [] : EventLog.Read(log, log.End);
        var left = LeftBehind.Find(found, snapshot, state.Processes.Values, TimeProvider.System);
        var stories = found.ConvertAll(record => Tell(session, record, events, lines) with { Left = left.GetValueOrDefault(record.Id, []) });
        if (session.IsJson)
            session.Print(new WhyJson(Json.SchemaVersion, [.. stories.Select(WhyJson.From)], session.Warnings), Json.Document.WhyJson);
        else
            foreach (var line in stories.SelectMany((story, i) => i == 0 ? story.Lines(session.Style) : ["", .. story.Lines(session.Style)]))
                session.Output.Line(line);
        return session.Fail(missing);
    }

    private static Story Tell(Session session, ProcessRecord record, IReadOnlyList<Event> events, int lines)
    {
        var own = events.OfType<Event.OfProcess>().Where(happened => happened.Id == record.Id).ToList();
        var ends = own.OfType<Event.Ended>().ToList();
        // An end that was noticed only now, by looking, is not recorded yet.
        if (record.LastRun is { } last && !(ends.LastOrDefault()?.Run is { } noted && noted.Pid == last.Pid && (last.EndedAt - noted.EndedAt).Duration() < Rounding))
            ends.Add(new Event.Ended(last.EndedAt, record.Id, record.Spec.Name, last, ByUser: false, default, RestartDue: null));
        using var log = session.TryOpenLog(session.Home.StderrOf(record));
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

        return new Story(
            record, runs, ends.Count, own.Count > 0 ? own[0].Time : null, session.Daemon is not null, LogFaults.EmptiedLogsOf(record, session.Home, session.Store.Files));

        ReadOnlyMemory<byte> Read(long from, long to)
        {
            var bytes = new MemoryStream();
            log?.Read(LogFile.StartOfLastLines(log, lines, from, to), to, block => bytes.Write(block.Span));
            return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        }
    }
}
