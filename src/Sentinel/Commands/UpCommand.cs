using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Projects;
using Sentinel.Core.Supervision;
using Sentinel.Model.Policy;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Brings a project up, and says what became of each of its processes.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var names = SharedOptions.ProjectProcesses("Start only these, and what they need");
        var input = new ProjectInput();
        var profiles = SharedOptions.Profiles();
        var noWait = SharedOptions.Flag("--no-wait", "Return at once, and do not wait until all are ready");
        var timeout = SharedOptions.Seconds("--timeout", "Wait no longer than this");
        var again = SharedOptions.Flag("--again", "Run tasks again that are done");
        var json = SharedOptions.Json();
        var command = new Command("up") { names };
        input.AddTo(command);
        command.Options.Add(profiles);
        command.Options.Add(noWait);
        command.Options.Add(timeout);
        command.Options.Add(again);
        command.Options.Add(json);
        command.Check(result =>
        {
            if (result.GetValue(noWait) && result.GetValue(timeout) is not null)
                throw new FormatException("--timeout is for a wait, and --no-wait does without; use one of them");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            if (input.Read(result) is not { } project)
                return ExitCode.Usage;
            if (ToStart(project, result.GetValue(names)!, result.GetValue(profiles)!) is not { } toStart)
                return ExitCode.Failure;
            var request = new Request.Apply(ProjectInput.RequestOf(project, session), toStart, result.GetValue(again));
            DaemonCommand.Ensure(session);
            var begun = DateTimeOffset.UtcNow;
            var outcomes = session.Do(request);
            if (outcomes.OfType<Outcome.Failed>().ToList() is { Count: > 0 } failed && outcomes.Count == failed.Count)
                return session.Report(outcomes);
            var state = session.Store.Read();
            var name = Plan.NameIn(state, project.Folder)!;
            if (name != project.Name)
                Output.Tell($"This project is called {name}: {project.Name} is that of {state.Groups[project.Name].Project?.Folder ?? "a group"}.");
            if (result.GetValue(noWait))
                return session.Report(outcomes);
            var wanted = toStart.SelectMany(member => state.MembersOf(name).Where(record => record.Spec.HasName($"{name}/{member}"))).ToList();
            return new UpWait(session, name, begun, result.GetValue(timeout)).Until(
                [.. wanted.Concat(new Dependencies(state.Processes.Values).NeededIn(wanted)).Select(record => record.Id).Distinct()], outcomes);
        }));
        return command;
    }

    /// <summary>What is to be started; null, after saying so, if a name is wrong.</summary>
    private static IReadOnlyList<string>? ToStart(Project project, string[] names, string[] profiles)
    {
        string[] all = [.. project.Processes.Select(process => process.Name)];
        foreach (var name in names.Where(name => !all.Contains(name)))
        {
            Session.Fail($"{Path.GetFileName(project.File)} has no process '{name}'"
                + (Spelling.Nearest(name, all) is { } nearest ? $"; did you mean '{nearest}'?" : $"; it has {string.Join(", ", all)}"));
            return null;
        }

        string[] known = [.. project.Processes.SelectMany(process => process.Profiles).Distinct()];
        foreach (var profile in profiles.Where(profile => !known.Contains(profile)))
        {
            Session.Fail($"{Path.GetFileName(project.File)} has no profile '{profile}'" + (known.Length == 0 ? "" : $"; it has {string.Join(", ", known)}"));
            return null;
        }

        return names.Length > 0 ? names : [.. project.Processes.Where(process => process.Profiles.Count == 0 || process.Profiles.Intersect(profiles).Any()).Select(process => process.Name)];
    }
}
