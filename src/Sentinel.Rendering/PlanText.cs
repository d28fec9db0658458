using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Environments;
using Sentinel.Core.Supervision;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Says what a plan would change, and why.</summary>
internal static class PlanText
{
    public static bool HasChanges(Plan plan) => plan.ChangesEnvironment || plan.Hooks.Count > 0 || plan.Steps.Any(step => step is not PlanStep.Same);

    /// <param name="usual">The names of the processes that 'up' starts where nobody asks for more.</param>
    public static IEnumerable<string> Lines(Plan plan, Style style, IReadOnlySet<string> usual)
    {
        var changes = plan.Steps.Where(step => step is not PlanStep.Same).ToList();
        var width = changes.Count == 0 ? 0 : changes.Max(step => Text.Width(ProcessName.Short(step.Name)));
        if (plan.ChangesEnvironment)
            yield return $"  {style.Paint("~", Color.Yellow)} the environment of all changes ({string.Join(", ", ChangedVariables(plan))}): what runs is restarted";
        foreach (var step in changes)
        {
            var name = ProcessName.Short(step.Name);
            var (sign, color, what, effect) = step switch
            {
                PlanStep.Create create => ("+", Color.Green, "new", IsUsual(create.Spec) ? "to be started by 'up'" : "to be started only by its profile or its name"),
                PlanStep.Remove => ("-", Color.Red, "not in the file any more", "stop, forget"),
                PlanStep.Change { Restarts: true } change => ("~", Color.Yellow, Differences(change), "restart"),
                PlanStep.Change change => ("~", Color.Yellow, Differences(change), change.Record.State.IsUnderWay ? "applied while it runs" : "at its next start"),
                _ => throw new NotSupportedException(step.GetType().Name),
            };
            foreach (var line in Text.Wrap($"  {style.Paint(sign, color)} {name}{new string(' ', width - Text.Width(name))}  {Text.Printable(what)}: {effect}", style.Width, indent: width + 6))
                yield return line;
        }

        foreach (var step in plan.Hooks)
            yield return step switch
            {
                { Before: null } => $"  {style.Paint("+", Color.Green)} hook {ProcessName.Short(step.Name)}  new",
                { After: null } => $"  {style.Paint("-", Color.Red)} hook {ProcessName.Short(step.Name)}  not in the file any more",
                _ => $"  {style.Paint("~", Color.Yellow)} hook {ProcessName.Short(step.Name)}  from the next event on",
            };

        var same = plan.Steps.Count - changes.Count;
        if (same > 0)
            yield return $"  = {same} unchanged";
        yield return HasChanges(plan)
            ? $"{changes.Count(step => step is PlanStep.Create)} new, {changes.Count(step => step is PlanStep.Change { Restarts: true })} to restart, "
                + $"{changes.Count(step => step is PlanStep.Change { Restarts: false })} to change, {changes.Count(step => step is PlanStep.Remove)} to stop and forget{(plan.Hooks.Count > 0 ? $", {Text.Count(plan.Hooks.Count, "hook", "hooks")} to change" : "")}: 'sentinel up' does it"
            : "Nothing to change";
        if (plan.Steps.OfType<PlanStep.Same>().Count(same => same.Record is { IsDone: false, State.IsOver: true } && IsUsual(same.Record.Spec)) is > 0 and var idle)
            yield return $"{idle} {(idle == 1 ? "does" : "do")} not run: 'sentinel up' starts {(idle == 1 ? "it" : "them")}";

        bool IsUsual(ProcessSpec spec) => usual.Contains(ProcessName.Short(spec.SetName));
    }

    public static byte[] ToJson(Plan plan) => Documents.Written(json =>
    {
        json.WriteString("project", plan.Name);
        json.WriteBoolean("environmentChanges", plan.ChangesEnvironment);
        json.WriteObjects("hooks", plan.Hooks, step =>
        {
            json.WriteString("name", step.Name);
            json.WriteString("step", step switch { { Before: null } => "create", { After: null } => "remove", _ => "change" });
        });
        json.WriteObjects("steps", plan.Steps, step =>
        {
            json.WriteString("name", step.Name);
            json.WriteString("step", step switch
            {
                PlanStep.Create => "create",
                PlanStep.Remove => "remove",
                PlanStep.Change => "change",
                _ => "same",
            });
            json.WriteBoolean("restarts", step is PlanStep.Change { Restarts: true });
            json.WriteArray("environmentFiles", (step as PlanStep.Change)?.Files ?? [], variable => json.WriteStringValue(variable.Name));
            json.WriteObjects("changes", step is PlanStep.Change change ? change.Fields : [], field =>
            {
                var (before, after) = Values(field, (PlanStep.Change)step);
                json.WriteString("key", field);
                json.WriteTexts("before", before);
                json.WriteTexts("after", after);
            });
        });
    });

    private static IEnumerable<string> ChangedVariables(Plan plan) => plan.Group.Variables.Names().Concat(plan.Old!.Variables.Names()).Distinct()
        .Where(name => plan.Group.Variables[name] != plan.Old.Variables[name])
        .Concat(plan.Group.EnvironmentFiles.SequenceEqual(plan.Old.EnvironmentFiles) ? [] : ["env-file"]);

    private static string Differences(PlanStep.Change change) => string.Join("; ", change.Fields.Select(field =>
    {
        var (before, after) = Values(field, change);
        return $"{field} {Words(before)} -> {Words(after)}";
    }).Concat(change.Files switch
    {
        null => [],
        [] => ["an environment file has changed"],
        var files => files.Select(variable => $"{variable.Name} {Value(variable, variable.Before)} -> {Value(variable, variable.After)} ({variable.Source})"),
    }));

    private static string Value(VariableChange variable, string? value) => value is null ? "(not set)"
        : Api.Secrets.IsSecret(variable.Name, variable.Before) || Api.Secrets.IsSecret(variable.Name, variable.After) ? "***" : $"\"{value}\"";

    // The values of variables may be secret.
    private static (IReadOnlyList<string> Before, IReadOnlyList<string> After) Values(string key, PlanStep.Change change)
    {
        var field = SpecFields.Find(key)!;
        string[] before = [.. field.Get(change.Record.Spec)], after = [.. field.Get(change.After)];
        return key == "env"
            ? (Masked(before.Except(after)), Masked(after.Except(before)))
            : (before, after);
    }

    private static string[] Masked(IEnumerable<string> variables) => [.. variables.Select(Variable.Parse).Select(variable => $"{variable.Name}={(Api.Secrets.IsSecret(variable.Name, variable.Value) ? "***" : variable.Value)}")];

    private static string Words(IReadOnlyList<string> values) => values.Count == 0 ? "(not set)" : string.Join(", ", values);
}
