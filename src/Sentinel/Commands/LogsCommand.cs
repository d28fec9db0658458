using System.CommandLine;
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
        var lines = new Option<int>("--lines", "-n")
        {
            Description = "How many of the last lines of each stream",
            DefaultValueFactory = _ => DefaultLines,
        };
        var stream = new Option<string>("--stream")
        {
            Description = "Which stream: stdout, stderr or both",
            DefaultValueFactory = _ => "both",
        };
        stream.AcceptOnlyFromAmong("stdout", "stderr", "both");
        var follow = new Option<bool>("--follow", "-f") { Description = "Stay, and show what is written; Ctrl+C ends it" };
        var clear = new Option<bool>("--clear") { Description = "Empty the logs instead of showing them" };
        var json = SharedOptions.Json();
        var command = new Command("logs", "Show what processes wrote") { processes, lines, stream, follow, clear, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(lines) is { Implicit: false } && result.GetValue(lines) < 0)
                result.AddError("--lines takes a number from 0 up");
            if (result.GetValue(clear) && result.GetValue(follow))
                result.AddError("--clear and --follow do not go together");
        });
        command.SetAction(result => Invocation.Run(result, json, session =>
        {
            var (found, missing) = Find(session, result.GetValue(processes)!, result.GetValue(stream)!);
            var exitCode = result.GetValue(clear)
                ? Clear(session, found, result.GetValue(json))
                : Show(session, found, result.GetValue(lines), result.GetValue(follow), result.GetValue(json));
            session.Output.Flush();
            foreach (var failure in missing)
                exitCode = Session.Fail(Outcomes.Line(failure));
            return exitCode;
        }));
        return command;
    }

    private static (List<LogFile> Found, List<Outcome> Missing) Find(Session session, string[] targets, string stream)
    {
        var (found, missing) = new Selection.Named(targets).In(session.Store.Read(), _ => true);
        var logs = found.SelectMany(record => new[]
        {
            new LogFile(record.Spec.Name, LogStream.Stdout, session.Home.StdoutOf(record)),
            new LogFile(record.Spec.Name, LogStream.Stderr, session.Home.StderrOf(record)),
        });
        return ([.. logs.Where(log => stream == "both" || stream == Word(log.Stream))], missing);
    }

    private static int Clear(Session session, List<LogFile> logs, bool isJson)
    {
        // Emptied in place: its process goes on writing to it, at what is now its start.
        foreach (var log in logs.Where(log => File.Exists(log.Path)))
            using (File.OpenHandle(log.Path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
                if (!isJson)
                    session.Output.Line($"Cleared {log.Path}");
        if (isJson)
            session.Report([]);
        return ExitCode.Success;
    }

    private static int Show(Session session, List<LogFile> logs, int lines, bool isFollowing, bool isJson)
    {
        var writer = LogWriter.For(session.Output, session.Style, logs, isJson);
        var shown = new List<(LogFile, long)>();
        foreach (var log in logs)
        {
            writer.Begin(log);
            long end = 0;
            using (var file = log.Open())
                if (file is not null)
                {
                    var length = RandomAccess.GetLength(file);
                    end = LogFile.Read(file, LogFile.StartOfLastLines(file, lines, length), length, bytes => writer.Write(log, bytes));
                }

            if (!isFollowing)
                writer.End(log);
            shown.Add((log, end));
        }

        session.Output.Flush();
        if (!isFollowing)
            return ExitCode.Success;
        using var watch = new Inotify();
        new LogFollower(watch, (log, bytes) =>
        {
            writer.Write(log, bytes);
            session.Output.Flush();
        }).Follow(shown);
        return ExitCode.Success;
    }

    public static string Word(LogStream stream) => stream == LogStream.Stdout ? "stdout" : "stderr";
}
