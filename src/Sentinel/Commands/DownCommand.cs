using System.CommandLine;
using Sentinel.Api;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Ends a project, or a part of it with all that needs that, in reverse order.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var names = SharedOptions.ProjectProcesses("Stop only these, and what needs them");
        var input = new ProjectInput();
        var options = new StopOptionSet();
        var forget = SharedOptions.Flag("--forget", "Also delete them, and the project");
        var logs = SharedOptions.Flag("--logs", "With --forget: also delete their log files");
        var json = SharedOptions.Json();
        var command = new Command("down") { names };
        input.AddTo(command);
        options.AddTo(command);
        command.Options.Add(forget);
        command.Options.Add(logs);
        command.Options.Add(json);
        command.Check(result =>
        {
            if (result.GetValue(logs) && !result.GetValue(forget))
                throw new FormatException("--logs needs --forget: what is registered keeps its logs; 'sentinel logs --clear' empties them");
            if (result.GetValue(forget) && result.GetValue(names) is { Length: > 0 })
                throw new FormatException("--forget is for the whole project; 'sentinel delete' deletes single processes");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            if (input.KnownIn(result, session.Store.Read()) is not { } project)
                return Session.Fail("no project of this folder is known; 'sentinel up' brings it up, 'sentinel group list' shows all");
            var selection = result.GetValue(names) is { Length: > 0 } named
                ? new Selection.Named([.. named.Select(name => name.StartsWith($"{project}/", StringComparison.Ordinal) ? name : $"{project}/{name}")])
                : (Selection)new Selection.Members(project);
            using var note = SlowNote.For(state => state.MembersOf(project), options.In(result));
            var outcomes = session.Do(new Request.Stop(selection, options.In(result), WithDependents: true)).Where(outcome => outcome is not Outcome.NotRunning).ToList();
            if (result.GetValue(forget) && !outcomes.Exists(outcome => outcome is Outcome.Failed))
            {
                outcomes.AddRange(session.Do(new Request.Delete(new Selection.Members(project), StopOptions.Default, result.GetValue(logs))));
                outcomes.AddRange(session.Do(new Request.DeleteGroup(project)));
            }

            return session.Report(outcomes, _ => (outcomes.Count(outcome => outcome is Outcome.Stopped), outcomes.Count(outcome => outcome is Outcome.Deleted)) switch
            {
                (_, > 0 and var deleted) => $"Deleted {Text.Count(deleted, "process", "processes")} of {project}",
                ( > 0 and var stopped, _) => $"Stopped {Text.Count(stopped, "process", "processes")} of {project}",
                _ => $"Nothing of {project} runs",
            });
        }));
        return command;
    }
}
