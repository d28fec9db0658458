using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Projects;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
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
        var foreground = SharedOptions.Flag("--foreground", "Show all logs until Ctrl+C, and then stop all of it; however this command ends, the processes end with it");
        var exitFrom = new Option<string?>("--exit-from") { Description = "As --foreground, until this task has ended; exit with its code", HelpName = "task" };
        exitFrom.CompletionSources.Add(_ => ProjectLook.Names());
        var json = SharedOptions.Json();
        var command = new Command("up") { names };
        input.AddTo(command);
        command.Options.Add(profiles);
        command.Options.Add(noWait);
        command.Options.Add(timeout);
        command.Options.Add(again);
        command.Options.Add(foreground);
        command.Options.Add(exitFrom);
        input.AddLeaseTo(command);
        command.Options.Add(json);
        command.Check(result =>
        {
            if (result.GetValue(noWait) && result.GetValue(timeout) is not null)
                throw new FormatException("--timeout is for a wait, and --no-wait does without; use one of them");
            if (result.GetValue(foreground) || result.GetValue(exitFrom) is not null)
                foreach (var option in new Option[] { noWait, timeout, json })
                    if (result.GetResult(option) is { Implicit: false })
                        throw new FormatException($"{option.Name} is for an 'up' that returns; --foreground and --exit-from stay");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            if (input.Read(result) is not { } project)
                return ExitCode.Usage;
            if (ToStart(project, result.GetValue(names)!, result.GetValue(profiles)!) is not { } toStart)
                return ExitCode.Failure;
            if (result.GetValue(foreground) || result.GetValue(exitFrom) is not null)
                return Stay(session, project, toStart, input.LeaseIn(result, session), result.GetValue(again), result.GetValue(exitFrom));
            var request = new Request.Apply(ProjectInput.RequestOf(project, session, input.LeaseIn(result, session)), toStart, result.GetValue(again));
            DaemonCommand.Ensure(session);
            var (begun, known) = (DateTimeOffset.UtcNow, Plan.NameOf(session.Store.Read(), project.File));
            var outcomes = session.Do(request);
            if (outcomes.OfType<Outcome.Failed>().ToList() is { Count: > 0 } failed && outcomes.Count == failed.Count)
                return session.Report(outcomes);
            var state = session.Store.Read();
            var name = Plan.NameOf(state, project.File)!;
            // That another project has its name is told once.
            if (name != project.Name && (name != known || !name.StartsWith($"{project.Name}-", StringComparison.Ordinal)))
                Output.Tell(state.Groups.TryGetValue(project.Name, out var other)
                    ? $"This project is called {name}: {project.Name} is that of {other.Project?.File ?? "a group"}."
                    : $"This project is known as {name}; 'sentinel down --forget', and it will be called {project.Name}.");
            if (known is null)
                foreach (var (gone, folder) in StrayIn(state))
                    Output.Tell($"{gone} still runs, and its folder {folder} is gone. If it was renamed to this one, 'sentinel delete {Text.Argument(gone)}' ends what runs twice.");
            if (toStart.Count == 0)
                return session.Report(outcomes, _ => "Nothing to start: " + (project.Processes.Count == 0
                    ? $"{Text.Printable(Path.GetFileName(project.File))} has no processes" : "each process has a profile, and --profile names one"));
            if (result.GetValue(noWait))
                return session.Report(outcomes);
            var wanted = toStart.SelectMany(member => state.MembersOf(name).Where(record => record.Spec.HasName($"{name}/{member}"))).ToList();
            return new UpWait(session, name, begun, result.GetValue(timeout)).Until(
                [.. wanted.Concat(new Dependencies(state.Processes.Values).NeededIn(wanted)).Select(record => record.Id).Distinct()], outcomes);
        }));
        return command;
    }

    // A project without a name of its own is another one when its folder is renamed.
    private static IEnumerable<(string Project, string Folder)> StrayIn(State state) => state.Groups.Values
        .Where(group => group.Project is { Folder: var folder } && !Directory.Exists(folder) && state.MembersOf(group.Name).Any(record => record.State.IsUnderWay))
        .Select(group => (group.Name, group.Project!.Folder));

    private static int Stay(Session session, Project project, IReadOnlyList<string> toStart, Lease? lease, bool again, string? exitFrom)
    {
        if (exitFrom is not null && ToStart(project, [exitFrom], []) is null)
            return ExitCode.Failure;
        if (exitFrom is not null && project.Processes.First(process => process.Name == exitFrom) is { IsTask: false })
            return Session.Fail($"{exitFrom} is no task: it has no end to exit with; give it type = \"task\"");
        DaemonCommand.Ensure(session);
        var own = new Ancestry(session.Table).Find(Environment.ProcessId);
        var wanted = ProjectInput.RequestOf(project, session, (lease ?? new Lease()) with { Owner = own }, isOfAll: true);
        // First all are known, so that their logs can be followed from the first line on.
        var registered = session.Do(new Request.Apply(wanted, []));
        if (registered.Any(outcome => outcome is Outcome.Failed))
            return session.Report(registered);
        var state = session.Store.Read();
        var name = Plan.NameOf(state, project.File)!;
        var records = toStart.Concat(exitFrom is null ? [] : [exitFrom]).SelectMany(member => state.MembersOf(name).Where(record => record.Spec.HasName($"{name}/{member}"))).ToList();
        // What is done is not run again, except for this one.
        var rerun = exitFrom is not null && records[^1].IsDone;
        return new Foreground(session, name).Run(
            () =>
            [
                .. session.Do(new Request.Apply(wanted, [.. toStart.Append(exitFrom).OfType<string>().Distinct().Where(member => !rerun || member != exitFrom)], again)),
                .. rerun ? session.Do(new Request.Start(Selection.Of([records[^1].Id]), Renewal: null)) : [],
            ],
            [.. records.Concat(new Dependencies(state.Processes.Values).NeededIn(records)).Select(record => record.Id).Distinct()],
            exitFrom is null ? null : records[^1].Id);
    }

    /// <summary>What is to be started; null, after saying so, if a name is wrong.</summary>
    public static IReadOnlyList<string>? ToStart(Project project, string[] names, string[] profiles)
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
