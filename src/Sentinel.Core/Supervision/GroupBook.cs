using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Creates, changes and deletes groups, and moves processes in and out of them; touches no running process.</summary>
/// <param name="settled">Turns the state as written into the state as it is.</param>
internal sealed class GroupBook(StateStore store, ProcessEnvironments environments, Func<State, State> settled)
{
    public Outcome Create(Group group)
    {
        using var transaction = store.Begin();
        if (transaction.State.Groups.GetValueOrDefault(group.Name) is { } known)
            return known.HasEnvironmentOf(group) ? new Outcome.GroupExists(group.Name) : new Outcome.Failed(group.Name, null, $"group '{group.Name}' already exists; 'sentinel group set' changes it", FailureCode.NameTaken);
        if (WhyNot(group.EnvironmentFiles) is { } why)
            return new Outcome.Failed(group.Name, null, why);
        transaction.State = transaction.State.With(group);
        transaction.Save();
        return new Outcome.GroupCreated(group.Name);
    }

    public Outcome Change(string name, GroupChange change)
    {
        using var transaction = store.Begin();
        if (transaction.State.Groups.GetValueOrDefault(name) is not { } group)
            return Missing(transaction.State, name);
        if (WhyNot(change.EnvironmentFiles ?? []) is { } why)
            return new Outcome.Failed(name, null, why);
        if (change.Unset.FirstOrDefault(variable => group.Variables[variable] is null) is { } missing)
            return new Outcome.Failed(name, null, $"group '{name}' has no variable {missing}", FailureCode.NotFound);
        transaction.State = transaction.State.With(change.Of(group));
        transaction.Save();
        return new Outcome.GroupChanged(
            name, [.. settled(transaction.State).MembersOf(name).Where(IsRunning).Select(process => process.Spec.Name)]);
    }

    /// <summary>The processes of the group stay as they are, without a group.</summary>
    public Outcome Delete(string name)
    {
        using var transaction = store.Begin();
        if (!transaction.State.Groups.ContainsKey(name))
            return Missing(transaction.State, name);
        var members = transaction.State.MembersOf(name).ToList();
        transaction.State = members.Aggregate(
            transaction.State.HooksOf(name).Aggregate(transaction.State, (state, hook) => state.Without(hook)) with { Groups = transaction.State.Groups.Remove(name) }, (state, member) => state.With(In(member, null)));
        transaction.Save();
        return new Outcome.GroupDeleted(name, [.. members.Select(process => process.Spec.Name)]);
    }

    public IReadOnlyList<Outcome> Add(string name, Selection selection) => Move(name, selection, process =>
        process.Spec.Group == name ? new Outcome.Failed(process.Spec.Name, process, $"it is already in group '{name}'") : null, name);

    public IReadOnlyList<Outcome> Remove(string name, Selection selection) => Move(name, selection, process =>
        process.Spec.Group != name ? new Outcome.Failed(process.Spec.Name, process, $"it is not in group '{name}'") : null, null);

    /// <summary>The failure for a group that does not exist.</summary>
    public static Outcome.Failed Missing(State state, string name, string hint = "'sentinel group list' shows all groups") => new(
        name, null, $"there is no group '{name}'; " + (Spelling.Nearest(name, state.Groups.Keys) is { } nearest
            ? $"did you mean '{nearest}'?"
            : hint),
        FailureCode.NotFound);

    private IReadOnlyList<Outcome> Move(string name, Selection selection, Func<ProcessRecord, Outcome?> whyNot, string? to)
    {
        using var transaction = store.Begin();
        if (transaction.State.Groups.GetValueOrDefault(name) is not { } group)
            return [Missing(transaction.State, name)];
        var (found, outcomes) = selection.In(settled(transaction.State), _ => true);
        foreach (var process in found)
        {
            if (whyNot(process) is { } failure)
            {
                outcomes.Add(failure);
                continue;
            }

            transaction.State = transaction.State.With(In(transaction.State.Processes[process.Id], to));
            outcomes.Add(new Outcome.Moved(process.Spec.Name, In(process, to), name, IsRunning(process) && group.HasEnvironment));
        }

        transaction.Save();
        return outcomes;
    }

    private static ProcessRecord In(ProcessRecord process, string? group) => process with { Spec = process.Spec with { Group = group } };

    private static bool IsRunning(ProcessRecord process) => process.State is RunState.Running;

    private string? WhyNot(IEnumerable<string> files) => files.Select(environments.WhyNot).FirstOrDefault(why => why is not null);
}
