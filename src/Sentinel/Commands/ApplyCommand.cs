using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Changes what is registered and runs into what a project's file says, or tells what that would be.</summary>
internal static class ApplyCommand
{
    public static Command Create() => Make("apply", isPlan: false);

    public static Command Plan() => Make("plan", isPlan: true);

    private static Command Make(string name, bool isPlan)
    {
        var input = new ProjectInput();
        var dryRun = SharedOptions.Flag("--dry-run", "Change nothing, and say what would be changed, as 'plan' does");
        var exitCode = SharedOptions.Flag("--exit-code", $"{(isPlan ? "E" : "With --dry-run: e")}xit with 3 when something would be changed");
        var json = SharedOptions.Json();
        var command = new Command(name);
        input.AddTo(command);
        if (!isPlan)
            command.Options.Add(dryRun);
        command.Options.Add(exitCode);
        input.AddLeaseTo(command);
        command.Options.Add(json);
        command.Check(result =>
        {
            if (!isPlan && result.GetValue(exitCode) && !result.GetValue(dryRun))
                throw new FormatException("--exit-code needs --dry-run");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            if (input.Read(result) is not { } project)
                return ExitCode.Usage;
            var request = ProjectInput.RequestOf(project, session, input.LeaseIn(result, session));
            // A daemon has written down what is.
            var state = session.Daemon is null ? session.Look().State : session.Store.Read();
            var plan = session.Supervisor.PlanFor(state, request);
            if (!isPlan && !result.GetValue(dryRun))
            {
                DaemonCommand.Ensure(session);
                var outcomes = session.Do(new Request.Apply(request, []));
                // One that was changed was perhaps restarted, too.
                var changed = outcomes.OfType<Outcome.OfProcess>().Where(outcome => outcome is not Outcome.AlreadyRunning).Select(outcome => outcome.Process.Id).Distinct().Count();
                var hooks = outcomes.Count(outcome => outcome is Outcome.HookAdded or Outcome.HookChanged or Outcome.HookDeleted);
                return session.Report(outcomes, _ => changed + hooks == 0 ? "Nothing to change"
                    : $"{Text.Count(changed, "process", "processes")}{(hooks > 0 ? $" and {Text.Count(hooks, "hook", "hooks")}" : "")} changed");
            }

            if (session.IsJson)
                session.Print(PlanText.ToJson(plan));
            else
                foreach (var line in PlanText.Lines(plan, session.Style, project.Usual()))
                    session.Output.Line(line);
            return result.GetValue(exitCode) && PlanText.HasChanges(plan) ? ExitCode.Changes : ExitCode.Success;
        }));
        return command;
    }
}
