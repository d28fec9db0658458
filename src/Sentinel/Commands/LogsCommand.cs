using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class LogsCommand
{
    private const int DefaultLines = 50;

    public static Command Create()
    {
        var processes = SharedOptions.Processes("Process id or name");
        processes.Arity = ArgumentArity.ZeroOrMore;
        var group = new Option<string?>("--group") { Description = "Logs of all processes of this group", HelpName = "name" };
        group.CompletionSources.Add(_ => SharedOptions.Groups());
        var lines = SharedOptions.Lines("Number of last lines to show of each process; through a pipe, of each of its streams", DefaultLines);
        var all = SharedOptions.Flag("--all", "Show everything that is kept, including backups, oldest first");
        var stream = new Option<LogStream?>("--stream")
        {
            Description = "Only this stream: stdout or stderr [default: both]",
            HelpName = "stream",
            CustomParser = Stream,
        };
        stream.CompletionSources.Clear();
        stream.CompletionSources.Add("stdout", "stderr", "both");
        var follow = SharedOptions.Flag("--follow", "Show new lines as they are written, and starts and ends, until Ctrl+C or until the process is deleted", "-f");
        var timestamps = SharedOptions.Flag("--timestamps", "Show when each line was written, as far as a daemon was running, in order of time with starts and ends", "-t");
        var since = Since.Option("Only lines written after this");
        var until = Since.Option("Only lines written before this", "--until");
        var grep = new Option<string?>("--grep", "-g") { Description = "Only lines that match this regular expression", HelpName = "regex" };
        var before = Count("--before", "-B", "Also show this many lines before each match");
        var after = Count("--after", "-A", "Also show this many lines after each match");
        // The same word means another thing to the programs of engines.
        var context = new Option<string?>(EngineOption.Context.Name, "-C")
        {
            Description = $"Same as --before and --after with this number; with {EngineOption.Name}: the context of docker or kubectl",
            HelpName = "number",
        };
        var raw = SharedOptions.Flag("--raw", "Print the raw bytes, without headings or names; --grep matches the raw bytes, too");
        var clear = SharedOptions.Flag("--clear", "Empty the logs, and delete their backups, instead of showing them");
        var owner = SessionOption.Create();
        var json = SharedOptions.Json();
        var command = new Command("logs")
        {
            processes, group, lines, all, stream, follow, timestamps, since, until, grep, before, after, context, raw, clear, owner, json,
        };
        command.Check(result =>
        {
            if (result.GetValue(processes)!.Length > 0 && result.GetValue(group) is not null)
                throw new FormatException("give processes or --group, not both");
            if (result.GetValue(clear) && result.GetValue(processes)!.Length == 0 && result.GetValue(group) is null)
                throw new FormatException("say whose logs to empty: give an id, a name or --group");
            if (result.GetValue(clear) && result.GetValue(follow))
                throw new FormatException("--clear and --follow cannot be used together");
            if (!EngineOption.IsIn(result))
                _ = Lines(result.GetValue(context));
            if (result.GetValue(raw) && (result.GetValue(timestamps) || result.GetValue(json)))
                throw new FormatException("--raw shows only what was written; leave out --timestamps and --json");
            if (result.GetValue(follow) && result.GetValue(until) is not null)
                throw new FormatException("--follow and --until cannot be used together");
            if (result.GetValue(grep) is { } expression)
                _ = new LogPattern(expression);
            else if (EngineOption.IsIn(result))
                return;
            else if (result.GetResult(before) is not null || result.GetResult(after) is not null || result.GetResult(context) is not null)
                throw new FormatException("--before, --after and --context need --grep");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            Selection selection = result.GetValue(group) is { } name ? new Selection.Members(name)
                : result.GetValue(processes) is { Length: > 0 } named ? SharedOptions.Named(named)
                : new Selection.All();
            if (result.GetValue(clear))
                return session.Report(session.Do(new Request.ClearLogs(SessionOption.Of(result, owner, selection), result.GetValue(stream))));
            selection = SessionOption.OfLook(result, owner, selection);
            var (found, missing) = selection.In(session.Store.Read(), _ => true);
            var logs = found.SelectMany(process => LogFile.Of(process, session.Home).Select(log => (log, process)))
                .Where(log => (result.GetValue(stream) ?? log.log.Stream) == log.log.Stream)
                .ToList();
            // With --all, a time or a pattern, all lines are shown.
            var isAll = result.GetResult(lines) is null or { Implicit: true }
                && (result.GetValue(all) || result.GetValue(since) is not null || result.GetValue(until) is not null || result.GetValue(grep) is not null);
            var query = new LogQuery
            {
                Lines = isAll ? null : result.GetValue(lines),
                WithBackups = result.GetValue(all),
                Since = result.GetValue(since),
                Until = result.GetValue(until),
                Pattern = result.GetValue(grep) is { } expression ? new LogPattern(expression, result.GetValue(raw)) : null,
                Before = result.GetValue(before) ?? Lines(result.GetValue(context)) ?? 0,
                After = result.GetValue(after) ?? Lines(result.GetValue(context)) ?? 0,
                IsFollowing = result.GetValue(follow),
            };
            if (found.Count == 0 && missing.Count == 0 && !session.IsJson)
                Output.Tell("No processes");
            if (logs.Count > 0)
            {
                WarnOfMoved(session, found);
                var view = new LogView(session, logs, query, new LogLook(
                    result.GetValue(json), result.GetValue(raw), result.GetValue(timestamps), Terminal.IsTerminal));
                missing.AddRange(view.Show());
                // As grep does.
                if (query is { Pattern: not null, IsFollowing: false } && !view.HasMatch && missing.Count == 0)
                    return Session.Fail($"no line matches '{result.GetValue(grep)}'");
            }

            return session.Fail(missing);
        }));
        command.Subcommands.Add(Rotate());
        return command;
    }

    /// <summary>Warns of processes whose log was renamed, or keeps nothing: what they write there is not shown.</summary>
    public static void WarnOfMoved(Session session, IEnumerable<ProcessRecord> processes)
    {
        foreach (var process in processes)
        {
            foreach (var log in LogFile.Of(process, session.Home).Where(log => !new LogFiles().IsRegular(log.Path) && HomeFiles.WhyNoLog(log.Path) is null))
                session.Warn($"{log.Path} is not a file: nothing is kept in it");
            foreach (var log in session.OpenLogs.MovedOf(process))
                session.Warn($"{process.Spec.Name} writes to {log.NowAt}: its log {log.Path} was renamed; new lines are only there, "
                    + $"and 'sentinel restart {process.Spec.Name}' begins a new log");
        }
    }

    private static Command Rotate()
    {
        var processes = SharedOptions.Processes("Process id or name");
        var json = SharedOptions.Json();
        var command = new Command("rotate", "Rotate logs now, whatever their size") { processes, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            session.Report(session.Do(new Request.RotateLogs(SharedOptions.Named(result.GetValue(processes)!))))));
        return command;
    }

    private static Option<int?> Count(string name, string alias, string description) => new(name, alias)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                return count;
            result.AddError($"{name} takes a number from 0 up, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    private static int? Lines(string? context) => context is null ? null
        : int.TryParse(context, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count
        : throw new FormatException($"{EngineOption.Context.Name} takes a number from 0 up, not '{context}'");

    private static LogStream? Stream(ArgumentResult result)
    {
        var word = result.Tokens[0].Value;
        var stream = LogStreams.Parse(word);
        if (stream is null && word != "both")
            result.AddError($"--stream takes stdout, stderr or both, not '{word}'");
        return stream;
    }
}
