using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Environments;
using Sentinel.Model;
using Sentinel.Model.Fields;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>What has to change for a project to be as it is asked for.</summary>
/// <param name="Name">Of the project.</param>
/// <param name="Group">Its group as it will be.</param>
/// <param name="Old">The group as it is; null: the project is new.</param>
public sealed record Plan(string Name, Group Group, Group? Old, IReadOnlyList<PlanStep> Steps)
{
    /// <summary>What has to be done for its hooks; nothing for those that are as they are asked for.</summary>
    public IReadOnlyList<HookStep> Hooks { get; init; } = [];

    /// <summary>Whether the environment that all of them share changes.</summary>
    public bool ChangesEnvironment => Old is not null && !Old.HasEnvironmentOf(Group);

    /// <summary>A plan for a state; changes nothing.</summary>
    /// <param name="exists">Whether there is a folder.</param>
    /// <param name="filesOf">What environment files have changed for a process, as <see cref="FileChanges.Of"/> tells.</param>
    public static Plan For(
        State state, ProjectRequest wanted, DateTimeOffset now, Func<string, bool> exists, Func<ProcessRecord, State, IReadOnlyList<VariableChange>?> filesOf)
    {
        var old = OldOf(state, wanted, exists);
        var name = old?.Name ?? FreeName(state, wanted.Name);
        var group = new Group(name, old?.CreatedAt ?? now) { Project = wanted.Mark, EnvironmentFiles = wanted.EnvironmentFiles, Variables = wanted.Variables };
        var known = state.MembersOf(name).ToDictionary(record => record.Spec.Name);
        var (steps, asItWillBe) = (new List<PlanStep>(), state.With(group));
        foreach (var spec in wanted.Members.SelectMany(member => member.In(name)))
            steps.Add(!known.Remove(spec.Name, out var record) ? new PlanStep.Create(spec) : Change(record, spec, filesOf(record, asItWillBe)));
        return new Plan(name, group, old, [.. steps, .. known.Values.Select(record => new PlanStep.Remove(record))]) { Hooks = [.. HookSteps(state, wanted, name)] };
    }

    /// <summary>The name of the project that a file describes; null: it is not known.</summary>
    public static string? NameOf(State state, string file) => state.Groups.Values.FirstOrDefault(group => group.Project?.File == file)?.Name;

    private static IEnumerable<HookStep> HookSteps(State state, ProjectRequest wanted, string name)
    {
        var known = state.HooksOf(name).ToDictionary(hook => hook.Name);
        foreach (var hook in wanted.HooksIn(name))
            if (!known.Remove(hook.Name, out var before))
                yield return new HookStep(hook.Name, null, hook);
            else if (!HookDocument.AreSame(before, hook))
                yield return new HookStep(hook.Name, before, hook);
        foreach (var gone in known.Values)
            yield return new HookStep(gone.Name, gone, null);
    }

    // The shell that asks now is not what was asked for: what it hands on changes with each shell.
    private static PlanStep Change(ProcessRecord record, ProcessSpec asked, IReadOnlyList<VariableChange>? files)
    {
        var after = asked with { Environment = record.Spec.Environment, Inherited = record.Spec.Inherited };
        string[] fields = [.. SpecFields.Changed(record.Spec, after).Select(field => field.Key)];
        return fields.Length == 0 && record.Spec.Instance == after.Instance && files is null ? new PlanStep.Same(record) : new PlanStep.Change(record, after, fields) { Files = files };
    }

    // Its file may have got another name, and its folder another place: where the old one is gone, what has the name is the same project.
    private static Group? OldOf(State state, ProjectRequest wanted, Func<string, bool> exists) =>
        state.Groups.Values.FirstOrDefault(group => group.Project?.File == wanted.Mark.File)
        ?? (state.Groups.GetValueOrDefault(wanted.Name) is { Project: { } old } namesake && (old.Folder == wanted.Mark.Folder || !exists(old.Folder)) ? namesake : null);

    private static string FreeName(State state, string wanted) => ProcessName.Unique(wanted, state.Groups.ContainsKey);
}

/// <summary>What has to be done for one hook.</summary>
/// <param name="Before">Null: it is new.</param>
/// <param name="After">Null: it is not wanted any more.</param>
public sealed record HookStep(string Name, Hook? Before, Hook? After);

/// <summary>What has to be done for one process.</summary>
public abstract record PlanStep(string Name)
{
    public sealed record Create(ProcessSpec Spec) : PlanStep(Spec.Name);

    /// <param name="Fields">The keys of the fields that change.</param>
    public sealed record Change(ProcessRecord Record, ProcessSpec After, IReadOnlyList<string> Fields) : PlanStep(Record.Spec.Name)
    {
        /// <summary>What environment files have changed, as far as it is known; null: nothing.</summary>
        public IReadOnlyList<VariableChange>? Files { get; init; }

        /// <summary>Whether it runs, and part of the change takes effect only at its next start.</summary>
        public bool Restarts => Record.State.IsUnderWay && (Files is not null || SpecFields.AtNextStart(Record.Spec, After).Any());
    }

    public sealed record Remove(ProcessRecord Record) : PlanStep(Record.Spec.Name);

    public sealed record Same(ProcessRecord Record) : PlanStep(Record.Spec.Name);
}
