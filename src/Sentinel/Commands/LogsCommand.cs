using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Supervision;
using Sentinel.Linux;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class LogsCommand
{
    private const int DefaultLines = 50;

    public static Command Create()
    {
        var processes = SharedOptions.Processes("Whose, by id or name");
        var lines = SharedOptions.Lines("How many of the last lines of each stream", DefaultLines);
        var stream = new Option<LogStream?>("--stream")
        {
            Description = "Only this one: stdout or stderr",
            HelpName = "stream",
            CustomParser = Stream,
        };
        stream.CompletionSources.Clear();
        stream.CompletionSources.Add("stdout", "stderr");
        var follow = SharedOptions.Flag("--follow", "Stay, and show what is written; Ctrl+C ends it", "-f");
        var clear = SharedOptions.Flag("--clear", "Empty the logs instead of showing them");
        var json = SharedOptions.Json();
        var command = new Command("logs", "Show what processes wrote") { processes, lines, stream, follow, clear, json };
        command.Check(result =>
        {
            if (result.GetValue(clear) && result.GetValue(follow))
                result.AddError("--clear and --follow do not go together");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var (found, missing) = new Selection.Named(result.GetValue(processes)!).In(session.Store.Read(), _ => true);
            var logs = found.SelectMany(process => LogsOf(session, process))
                .Where(log => (result.GetValue(stream) ?? log.Stream) == log.Stream)
                .ToList();
            if (result.GetValue(clear))
            {
                logs.ForEach(log => log.Clear());
                return session.Report([.. found.Select(process => new Outcome.Cleared(process.Spec.Name, process)), .. missing]);
            }

            Show(session, logs, result.GetValue(lines), result.GetValue(follow), result.GetValue(json));
            return session.Fail(missing);
        }));
        return command;
    }

    private static LogFile[] LogsOf(Session session, ProcessRecord process) =>
    [
        new LogFile(process.Spec.Name, LogStream.Stdout, session.Home.StdoutOf(process)),
        new LogFile(process.Spec.Name, LogStream.Stderr, session.Home.StderrOf(process)),
    ];

    private static LogStream? Stream(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "stdout":
                return LogStream.Stdout;
            case "stderr":
                return LogStream.Stderr;
            case var other:
                result.AddError($"--stream takes stdout or stderr, not '{other}'");
                return null;
        }
    }

    private static void Show(Session session, List<LogFile> logs, int lines, bool isFollowing, bool isJson)
    {
        var writer = LogWriter.For(session.Output, session.Style, logs, isJson);
        var shown = new List<(LogFile, SafeFileHandle?, long)>();
        foreach (var log in logs)
        {
            writer.Begin(log);
            long end = 0;
            var file = log.Open();
            if (file is not null)
            {
                var length = RandomAccess.GetLength(file);
                end = LogFile.Read(file, LogFile.StartOfLastLines(file, lines, length), length, bytes => writer.Write(log, bytes));
            }

            if (isFollowing)
            {
                shown.Add((log, file, end));
                continue;
            }

            writer.End(log);
            file?.Dispose();
        }

        session.Output.Flush();
        if (!isFollowing)
            return;
        using var watch = new Inotify();
        new LogFollower(watch, (log, bytes) =>
        {
            writer.Write(log, bytes);
            session.Output.Flush();
        }).Follow(shown);
    }

    public static string Word(LogStream stream) => stream == LogStream.Stdout ? "stdout" : "stderr";
}
