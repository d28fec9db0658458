using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>The commands that act on existing processes, each with its form for all processes.</summary>
internal static class ProcessCommands
{
    public static Command Start() => Named("start", Starting, starts: true);

    public static Command Stop() => Named("stop", Stopping);

    public static Command Delete() => Named("delete", Deleting);

    public static Command Trigger() => Named("trigger", _ => (_, selection) => new Request.Trigger(selection), starts: true);

    public static Command Reset() => Named("reset", _ => (_, selection) => new Request.Reset(selection));

    public static Command StartAll() => Bulk("startall", Starting, "Started", "to start", starts: true);

    public static Command StopAll() => Bulk("stopall", Stopping, "Stopped", "to stop");

    public static Command RestartAll() => Bulk("restartall", Restarting, "Restarted", "to restart", starts: true);

    /// <summary>The commands for all processes of a group.</summary>
    public static IEnumerable<Command> OfGroup(Func<Argument<string>> group) =>
    [
        Bulk("start", Starting, "Started", "to start", group(), "Start all processes of a group that are not running", starts: true),
        Bulk("stop", Stopping, "Stopped", "to stop", group(), "Stop all processes of a group"),
        Bulk("restart", Restarting, "Restarted", "to restart", group(), "Restart all processes of a group except those that you stopped", starts: true),
    ];

    /// <summary>Adds its options to a command, and returns what makes the request.</summary>
    private delegate Func<ParseResult, Selection, Request> Verb(Command command);

    private static Func<ParseResult, Selection, Request> Starting(Command command)
    {
        var updateEnvironment = UpdateEnvironment();
        var noDeps = SharedOptions.Flag("--no-deps", "Start it at once, and nothing that it needs");
        command.Options.Add(updateEnvironment);
        command.Options.Add(noDeps);
        return (result, selection) => new Request.Start(selection, Renewal(result, updateEnvironment), result.GetValue(noDeps));
    }

    private static Func<ParseResult, Selection, Request> Stopping(Command command)
    {
        var options = new StopOptionSet();
        options.AddTo(command);
        var withDependents = SharedOptions.Flag("--with-dependents", "Before it, stop everything that needs it");
        command.Options.Add(withDependents);
        return (result, selection) => new Request.Stop(selection, options.In(result), result.GetValue(withDependents));
    }

    private static Func<ParseResult, Selection, Request> Restarting(Command command)
    {
        var options = new StopOptionSet();
        options.AddTo(command);
        var updateEnvironment = UpdateEnvironment();
        command.Options.Add(updateEnvironment);
        return (result, selection) =>
            new Request.Restart(selection, options.In(result), Renewal(result, updateEnvironment));
    }

    private static Func<ParseResult, Selection, Request> Deleting(Command command)
    {
        var options = new StopOptionSet();
        options.AddTo(command);
        var logs = WithLogs();
        var ifExists = SharedOptions.Flag("--if-exists", "Succeed also where there is no process of that name");
        command.Options.Add(logs);
        command.Options.Add(ifExists);
        return (result, selection) => new Request.Delete(selection, options.In(result), result.GetValue(logs), result.GetValue(ifExists));
    }

    /// <param name="starts">Whether one can wait for what it starts.</param>
    private static Command Named(string name, Verb verb, bool starts = false)
    {
        var processes = SharedOptions.Processes("Process id or name");
        var command = new Command(name) { processes };
        return Complete(command, verb, result => SharedOptions.Named(result.GetValue(processes)!), starts, summary: null);
    }

    private static Command Bulk(
        string name, Verb verb, string done, string toDo, Argument<string>? group = null, string? description = null, bool starts = false)
    {
        var command = new Command(name, description);
        if (group is not null)
            command.Arguments.Add(group);
        return Complete(
            command, verb, result => group is null ? new Selection.All() : new Selection.Members(result.GetValue(group)!), starts, Summary(done, toDo));
    }

    private static Command Complete(Command command, Verb verb, Func<ParseResult, Selection> which, bool starts, Func<int, string>? summary)
    {
        var request = verb(command);
        var session = SessionOption.Create();
        var waiting = new AwaitedStart();
        var json = SharedOptions.Json();
        command.Options.Add(session);
        if (starts)
            waiting.AddTo(command);
        command.Options.Add(json);
        command.SetAction(result => Invocation.InSession(result, json, work =>
        {
            var selection = SessionOption.Of(result, session, which(result));
            var (outcomes, exitCode) = waiting.Do(result, work, request(result, selection), state => selection.In(state, _ => true).Found, summary);
            Unasked.Warn(work, outcomes, isReady: waiting.Waits(result));
            return exitCode;
        }));
        return command;
    }

    public static Command Clean()
    {
        var logs = WithLogs();
        var json = SharedOptions.Json();
        var command = new Command("clean") { logs, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            session.Report(session.Do(new Request.Clean(result.GetValue(logs))), Summary("Deleted", "to clean up"))));
        return command;
    }

    private static Func<int, string> Summary(string done, string toDo) => count =>
        count == 0 ? $"No processes {toDo}" : $"{done} {Text.Count(count, "process", "processes")}";

    public static Option<bool> UpdateEnvironment() =>
        SharedOptions.Flag(
            "--update-env",
            "Use the environment, limits, groups and priorities of this shell from now on; running processes get them at their next start");

    private static Option<bool> WithLogs() => SharedOptions.Flag("--logs", "Also delete their log files");

    public static Renewal? Renewal(ParseResult result, Option<bool> update) =>
        result.GetValue(update) ? new Renewal(Caller.Environment, Caller.Inherited) : null;
}
