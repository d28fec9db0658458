using Sentinel.Core.Environments;
using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class EnvCommand
{
    public static Command Create()
    {
        var process = SharedOptions.Process("Process id or name");
        var reveal = SharedOptions.Flag("--reveal", "Show the values");
        var json = SharedOptions.Json();
        var command = new Command("env", "Show the environment that a process got, or would get, and where each value comes from")
        {
            process, reveal, json,
        };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            Show(session, result.GetValue(process)!, result.GetValue(reveal))));
        return command;
    }

    private static int Show(Session session, string target, bool reveal)
    {
        var state = session.Look().State;
        var (record, missing) = Selecting.One(target, state);
        if (record is null)
            return session.Fail([missing!]);

        var got = record.State is RunState.Running running && session.Table.IsHere(running.Identity) ? Caller.EnvironmentOf(running.Identity.Pid) : null;
        if (record.State is RunState.Running && got is null)
            session.Warn($"the environment of {record.Spec.Name} cannot be read; this is what it would get now");
        var next = Next(session, record, state, isNeeded: got is null);
        var variables = Variables(got ?? next.Block, next);
        if (session.IsJson)
            session.Print(
                new EnvironmentJson(
                    Json.SchemaVersion,
                    record.Id,
                    record.Spec.Name,
                    got is not null,
                    [.. variables.Select(variable => VariableJson.From(variable, reveal))],
                    session.Warnings),
                Json.Document.EnvironmentJson);
        else
            foreach (var line in EnvironmentList.Lines(variables, reveal, session.Style))
                session.Output.Line(line);
        return ExitCode.Success;
    }

    private static ProcessEnvironment Next(Session session, ProcessRecord record, State state, bool isNeeded)
    {
        try
        {
            var next = new ProcessEnvironments(session.Home, new RegularFiles(), new Accounts()).Of(record, state);
            foreach (var warning in next.Warnings)
                session.Warn(warning);
            return next;
        }
        catch (EnvironmentException e) when (!isNeeded)
        {
            session.Warn($"{e.Message}; {record.Spec.Name} could not start again");
            return new ProcessEnvironment([], null, []);
        }
    }

    private static List<VariableView> Variables(EnvironmentBlock now, ProcessEnvironment next)
    {
        var values = now.Entries().Select(entry => new EnvironmentEntry(entry, EnvironmentSource.Run))
            .DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name, entry => entry.Value);
        var nexts = next.Entries.DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name);
        return [.. values.Keys.Union(nexts.Keys)
            .Select(name => new VariableView(name, values.GetValueOrDefault(name), nexts.GetValueOrDefault(name)))
            // What the user set explicitly comes first.
            .OrderBy(variable => variable.Source == EnvironmentSource.Run).ThenBy(variable => variable.Name, StringComparer.Ordinal)];
    }
}
