using System.CommandLine;
using System.Globalization;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Loop;
using Sentinel.Model;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class EventsCommand
{
    private const int DefaultLines = 50;

    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name [default: all]");
        processes.Arity = ArgumentArity.ZeroOrMore;
        var lines = SharedOptions.Lines("Number of last events to show", DefaultLines);
        var since = Since.Option("Only events after this");
        var after = After();
        var follow = SharedOptions.Flag("--follow", "Show new events as they happen, until Ctrl+C", "-f");
        var json = SharedOptions.Json();
        var command = new Command("events") { processes, lines, since, after, follow, json };
        command.SetAction(result => Invocation.InSession(result, json, session => Show(
            session,
            result.GetValue(processes)!,
            // With --since or --after, all events are shown.
            result.GetResult(lines) is { Implicit: false } || (result.GetValue(since) is null && result.GetValue(after) is null)
                ? result.GetValue(lines)
                : int.MaxValue,
            result.GetValue(since) ?? DateTimeOffset.MinValue,
            result.GetValue(after),
            result.GetValue(follow))));
        return command;
    }

    private static Option<long?> After() => new("--after")
    {
        Description = "Only events after the one with this number, and what is missing of them",
        HelpName = "number",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
            result.AddError($"--after takes the number of an event, or 0 for all, not '{text}'");
            return null;
        },
    };

    private static int Show(Session session, string[] targets, int lines, DateTimeOffset since, long? after, bool isFollowing)
    {
        if (after > 0 && new EventReader(session.Store).Last is var last && after > last)
            return Session.Fail($"no event has the number {after}: the last is {last}; 'sentinel events --after 0' shows all that are kept");
        // A process that was deleted since is still known by its events.
        using var log = session.OpenEvents();
        var end = log.End;
        var kept = EventLog.Read(log, end);
        var (found, missing) = targets.Length == 0 ? ([], []) : SharedOptions.Named(targets).In(session.Store.Read(), _ => true);
        var unknown = missing.Where(outcome => !kept.OfType<Event.OfProcess>().Any(happened => IsOf(happened, outcome.Target))).ToList();

        List<Notice> notices = [.. after is { } number
            ? new EventReader(session.Store).AllAfter(number)
            : kept.Select(happened => new Notice.Happened(happened))];
        var upTo = notices.LastOrDefault()?.UpTo ?? after ?? 0;
        notices.Where(IsWanted).TakeLast(lines).ToList().ForEach(Write);
        session.Output.Flush();
        if (isFollowing && unknown.Count < Math.Max(1, targets.Length))
            Follow(session, log, end, happened =>
            {
                // What was read with the state may come again, when it is carried over into the log.
                foreach (var notice in after is null ? [new Notice.Happened(happened)] : Notice.Of([happened], upTo))
                {
                    upTo = notice.UpTo;
                    if (IsWanted(notice))
                        Write(notice);
                }
            });
        return session.Fail(unknown);

        bool IsWanted(Notice notice) => notice is not Notice.Happened { Event: var happened } || (happened.Time >= since
            && (targets.Length == 0 || (happened is Event.OfProcess process
                && (found.Any(record => record.Id == process.Id) || missing.Any(outcome => IsOf(process, outcome.Target))))));

        void Write(Notice notice)
        {
            switch (notice)
            {
                case Notice.Happened { Event: var happened } when session.IsJson:
                    session.Output.Write(EventLog.Line(happened));
                    break;
                case Notice.Happened { Event: var happened }:
                    session.Prose(Events.Line(happened, session.Style), Events.WhoColumn);
                    break;
                case Notice.Gap gap when session.IsJson:
                    session.Output.Write(EventLog.Line(gap));
                    break;
                case Notice.Gap gap:
                    session.Output.Flush();
                    session.Warn(Events.Sentence(gap));
                    break;
            }
        }
    }

    private static bool IsOf(Event.OfProcess happened, string target) => happened.Name == target || happened.Id.ToString() == target;

    private static void Follow(Session session, LogHistory log, long end, Action<Event> show)
    {
        using var watch = new Inotify();
        using var unfinished = new MemoryStream();
        new LogFollower(watch, (_, _, bytes) =>
        {
            unfinished.Write(bytes.Span);
            var whole = unfinished.GetBuffer().AsMemory(0, (int)unfinished.Length);
            var lines = whole[..(whole.Span.LastIndexOf((byte)'\n') + 1)];
            foreach (var happened in EventLog.Parse(lines))
                show(happened);
            session.Output.Flush();
            byte[] rest = [.. whole[lines.Length..].Span];
            unfinished.SetLength(0);
            unfinished.Write(rest);
        }).Follow([(new LogFile("events", LogStream.Stdout, session.Home.Events), log, end)]);
    }
}
