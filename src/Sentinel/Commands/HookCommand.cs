using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Hooks;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Model;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Manages what is run or told when something happens.</summary>
internal static class HookCommand
{
    public static Command Create() => new("hook")
    {
        Add(), List(), Test(), Delete(),
    };

    private static Command Add()
    {
        var name = new Argument<string>("hook") { Description = "Name for the hook" };
        var words = new Argument<string[]>("command") { Description = "Command to run, with the event on standard input; all after -- is executed as it is", Arity = ArgumentArity.ZeroOrMore };
        var on = WordList.Option("--on", $"For these events: {string.Join(", ", HookWords.All)}", "events", HookWords.All);
        on.Required = true;
        var processes = new Option<string?>("--process") { Description = "Only those of these processes, sets, groups or projects, with commas between [default: all]", HelpName = "names" };
        var webhook = new Option<string?>("--webhook") { Description = "Send the event to this URL by POST, as JSON, instead of running a command; up to three tries", HelpName = "url" };
        var headers = new Option<string[]>("--header") { Description = "Header of the webhook, whose value is kept and shown nowhere: Authorization=file:PATH, or NAME=cmd:COMMAND (repeatable)", HelpName = "name=file:path" };
        var timeout = SharedOptions.Seconds("--timeout", $"Seconds that it, or a try of the webhook, may take [default: {Hook.DefaultTimeout.TotalSeconds}]");
        var json = SharedOptions.Json();
        var command = new Command("add", "Run a command, or tell a server, when something happens") { name, words, on, processes, webhook, headers, timeout, json };
        command.Check(result =>
        {
            SharedOptions.CheckName(result.GetValue(name));
            if (result.GetValue(words) is { Length: > 0 } == result.GetValue(webhook) is not null)
                throw new FormatException("give a command after --, or --webhook URL");
            if (result.GetValue(webhook) is { } url)
                HookRules.CheckUrl("webhook", url);
            if (result.GetValue(headers) is { Length: > 0 } given && result.GetValue(webhook) is null)
                throw new FormatException("--header needs --webhook");
            Headers(result.GetValue(headers) ?? []);
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var exitCode = session.Report(session.Do(new Request.AddHook(new Hook(result.GetValue(name)!, result.GetValue(on)!.Words, Caller.FolderAsSeen)
            {
                Processes = [.. (result.GetValue(processes) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
                Command = result.GetValue(words) is { Length: > 0 } line ? Model.Specs.Command.From(line) : null,
                Webhook = result.GetValue(webhook),
                Headers = Headers(result.GetValue(headers) ?? []),
                Timeout = result.GetValue(timeout) ?? Hook.DefaultTimeout,
            })));
            if (exitCode == ExitCode.Success && !session.IsJson && session.Daemon is null)
                Output.Tell("""
                    Warning: Hooks are run by the daemon, which is not running: what happens until it does is told then.
                      Run 'sentinel daemon start'.
                    """);
            return exitCode;
        }));
        return command;
    }

    private static Command List()
    {
        var json = SharedOptions.Json();
        var command = new Command("list", "List the hooks, and how each went last") { json };
        command.Aliases.Add(ListCommand.Alias);
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var hooks = session.Store.Read().Hooks.Values.Select(hook => new HookLine(hook, HookReport.Read(session.Home, session.Store.Files, hook))).ToList();
            if (session.IsJson)
                session.Print(Documents.Of(hooks, session.Warnings));
            else
                foreach (var line in HookList.Lines(hooks, session.Style))
                    session.Output.Line(line);
            return ExitCode.Success;
        }));
        return command;
    }

    private static Command Test()
    {
        var name = new Argument<string>("hook") { Description = "Name of the hook" };
        name.CompletionSources.Add(_ => Names());
        var command = new Command("test", "Run a hook now, with an event that is made up, and show what it writes") { name };
        command.SetAction(result =>
        {
            using var session = new Session(isJson: false) { Verb = "hook test" };
            return session.Store.Read().Hooks.GetValueOrDefault(result.GetValue(name)!) is { } hook ? Test(session, hook) : session.Fail([HookBook.Missing(result.GetValue(name)!)]);
        });
        return command;
    }

    private static int Test(Session session, Hook hook)
    {
        using var loop = new EventLoop(TimeProvider.System);
        var runs = new HookErrands(new Errands(loop, new Spawner(session.Table), session.Table), session.Home);
        string? failure = null;
        using var running = runs.Begin(hook, new Event.GaveUp(DateTimeOffset.UtcNow, 0, "test", "this is a test of the hook"), left: 0, (written, why) =>
        {
            session.Output.Write(written);
            failure = why;
            loop.Stop();
        });
        loop.Run(e => throw e);
        session.Output.Flush();
        if (failure is not null)
            return Session.Fail($"{hook.Name} failed: {Text.Printable(failure)}");
        Output.Tell($"{hook.Name} did its work.");
        return ExitCode.Success;
    }

    private static Command Delete()
    {
        var names = new Argument<string[]>("hook") { Description = "Names of hooks", Arity = ArgumentArity.OneOrMore };
        names.CompletionSources.Add(_ => Names());
        var json = SharedOptions.Json();
        var command = new Command("delete", "Delete hooks") { names, json };
        command.SetAction(result => Invocation.InSession(result, json, session => session.Report(session.Do(new Request.DeleteHooks(result.GetValue(names)!)))));
        return command;
    }

    private static IReadOnlyList<(string Name, Secret Value)> Headers(string[] headers) => HookRules.Headers("header", headers, Caller.Absolute);

    private static IEnumerable<string> Names()
    {
        using var session = new Session(isJson: false);
        return session.Store.Read().Hooks.Keys;
    }
}
