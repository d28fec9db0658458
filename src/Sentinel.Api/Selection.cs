using System.Globalization;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Which processes a command is about.</summary>
public abstract record Selection
{
    private Selection()
    {
    }

    /// <summary>Processes named by id or name; the name of a set stands for all its instances.</summary>
    public sealed record Named(IReadOnlyList<string> Targets) : Selection;

    /// <summary>Every process that a bulk command applies to.</summary>
    public sealed record All : Selection;

    /// <summary>Every process of a group that a bulk command applies to.</summary>
    public sealed record Members(string Group) : Selection;

    public static Selection Of(IEnumerable<int> ids) => new Named([.. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>The processes, each once, and a failure for each target that names none.</summary>
    public (List<ProcessRecord> Found, List<Outcome> Missing) In(State state, Func<ProcessRecord, bool> appliesTo)
    {
        if (this is Members { Group: var group } && !state.Groups.ContainsKey(group))
            return ([], [GroupBook.Missing(state, group)]);
        if (this is not Named named)
            return ([.. (this is Members { Group: var own } ? state.MembersOf(own) : state.Processes.Values).Where(appliesTo)], []);

        var found = new Dictionary<int, ProcessRecord>();
        var missing = new List<Outcome>();
        foreach (var target in named.Targets)
        {
            if (Find(state, target) is { } process)
                found[process.Id] = process;
            else if (state.InstancesOf(target).ToList() is { Count: > 0 } instances)
                instances.ForEach(instance => found[instance.Id] = instance);
            else
                missing.Add(new Outcome.Failed(target, null, NotFound(state, target), FailureCode.NotFound));
        }

        return ([.. found.Values], missing);
    }

    /// <summary>The one process that is named, or a failure that says why there is none.</summary>
    public static (ProcessRecord? Found, Outcome.Failed? Missing) One(string target, State state)
    {
        var (found, missing) = new Named([target]).In(state, _ => true);
        return found.Count > 1
            ? (null, new Outcome.Failed(target, null, $"'{target}' is {found.Count} processes; name one of them: {string.Join(", ", found.Select(process => process.Spec.Name))}"))
            : (found.FirstOrDefault(), missing.OfType<Outcome.Failed>().FirstOrDefault());
    }

    // Digits and nothing else: "+1" and " 1" are names.
    private static ProcessRecord? Find(State state, string target) =>
        int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? state.Processes.GetValueOrDefault(id)
            : state.Find(target);

    private static string NotFound(State state, string target)
    {
        if (target.All(char.IsDigit))
            return $"there is no process with the id {target}";
        return Spelling.Nearest(target, state.Names()) is { } nearest
            ? $"there is no process named '{target}'; did you mean '{nearest}'?"
            : $"there is no process named '{target}'; 'sentinel list' shows all processes";
    }
}
