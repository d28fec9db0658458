using System.CommandLine;
using Sentinel.Api;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class GroupCommand
{
    private const string Unset = "--unset", NoFiles = "--no-env-file";

    public static Command Create()
    {
        var command = new Command("group")
        {
            New(), Set(), Add(), Remove(), List(), Delete(),
        };
        foreach (var verb in ProcessCommands.OfGroup(Name))
            command.Subcommands.Add(verb);
        return command;
    }

    private static Command New()
    {
        var name = new Argument<string>("group") { Description = "Name for the group" };
        var environment = SpecOptions.Environment();
        var json = SharedOptions.Json();
        var command = new Command("create", "Create a group") { name };
        environment.AddTo(command);
        command.Options.Add(json);
        command.Check(result => SharedOptions.CheckName(result.GetValue(name)));
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var given = environment.In(result, SpecOptions.Blank, SpecOptions.AskerOf(new Ancestry(session.Table)));
            return session.Report(session.Do(new Request.CreateGroup(new Group(result.GetValue(name)!, DateTimeOffset.UtcNow)
            {
                EnvironmentFiles = given.EnvironmentFiles,
                Variables = given.Variables,
            })));
        }));
        return command;
    }

    private static Command Set()
    {
        var name = Name();
        var environment = SpecOptions.Environment();
        var unset = new Option<string[]>(Unset) { Description = "Remove a variable (repeatable)", HelpName = "NAME" };
        var noFiles = SharedOptions.Flag(NoFiles, "Remove all environment files");
        var json = SharedOptions.Json();
        var command = new Command("set", "Change the environment of a group; --env-file replaces its environment files") { name };
        environment.AddTo(command);
        command.Options.Add(unset);
        command.Options.Add(noFiles);
        command.Options.Add(json);
        command.Check(result =>
        {
            foreach (var variable in result.GetValue(unset)!)
                Variable.Check(variable);
            if (!environment.IsAnyIn(result) && result.GetResult(unset) is null && !result.GetValue(noFiles))
                throw new FormatException($"there is nothing to set; use --env, --env-file, {Unset} or {NoFiles}");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var given = environment.In(result, SpecOptions.Blank, SpecOptions.AskerOf(new Ancestry(session.Table)));
            return session.Report(session.Do(new Request.ChangeGroup(result.GetValue(name)!, new GroupChange(
                given.Variables,
                result.GetValue(unset)!,
                given.EnvironmentFiles.Count > 0 || result.GetValue(noFiles) ? given.EnvironmentFiles : null))));
        }));
        return command;
    }

    private static Command Add() => Move("add", "Add processes to a group", (group, processes) => new Request.AddToGroup(group, processes));

    private static Command Remove() =>
        Move("remove", "Remove processes from a group", (group, processes) => new Request.RemoveFromGroup(group, processes));

    private static Command Move(string verb, string description, Func<string, Selection, Request> request)
    {
        var name = Name();
        var processes = SharedOptions.Processes("Process id or name");
        var json = SharedOptions.Json();
        var command = new Command(verb, description) { name, processes, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            session.Report(session.Do(request(result.GetValue(name)!, SharedOptions.Named(result.GetValue(processes)!))))));
        return command;
    }

    private static Command List()
    {
        var name = Name();
        name.Arity = ArgumentArity.ZeroOrOne;
        name.Description = "Show the processes of this group";
        var json = SharedOptions.Json();
        var command = new Command("list", "List all groups, or the processes of one") { name, json };
        command.Aliases.Add(ListCommand.Alias);
        command.SetAction(result => Invocation.InSession(result, json, session => List(session, result.GetValue(name))));
        return command;
    }

    private static int List(Session session, string? name)
    {
        var look = ProcessLook.List(session, name is null ? new Selection.All() : new Selection.Members(name));
        if (look.Missing.Count > 0)
            return session.Fail(look.Missing);
        var groups = session.Ask<Answer.Groups>(new Query.Groups(name)).All;
        if (session.IsJson)
            session.Print(Documents.Of(groups, session.Warnings));
        else
            foreach (var line in Lines())
                session.Output.Line(line);
        return ExitCode.Success;

        IEnumerable<string> Lines() =>
        [
            .. look.RestartLines(),
            .. name is null
                ? GroupList.Lines(groups, session.Style)
                : [.. ProcessList.Lines(look.Summaries, session.Style), .. groups.SelectMany(GroupList.EnvironmentOf)],
        ];
    }

    private static Command Delete()
    {
        var name = Name();
        var stop = SharedOptions.Flag("--stop", "Stop its processes");
        var withProcesses = SharedOptions.Flag("--with-processes", "Stop and delete its processes");
        var options = new StopOptionSet();
        var json = SharedOptions.Json();
        var command = new Command("delete", "Delete a group; its processes keep running, in no group") { name, stop, withProcesses };
        options.AddTo(command);
        command.Options.Add(json);
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var members = new Selection.Members(result.GetValue(name)!);
            var ended = result.GetValue(withProcesses) ? session.Do(new Request.Delete(members, options.In(result), WithLogs: false))
                : result.GetValue(stop) ? session.Do(new Request.Stop(members, options.In(result)))
                : [];
            // Without the group the command could not be tried again.
            return session.Report(ended.Any(outcome => outcome is Outcome.Failed)
                ? ended
                : [.. ended, .. session.Do(new Request.DeleteGroup(members.Group))]);
        }));
        return command;
    }

    private static Argument<string> Name() => SharedOptions.Named("group", "Group name", () =>
    {
        using var session = new Session(isJson: false);
        return session.Store.Read().Groups.Keys;
    });
}
