using System.Globalization;
using Sentinel.Core.Groups;
using Sentinel.Core.Policy;
using Sentinel.Core.Store;

namespace Sentinel.Core.Supervision;

/// <summary>Which processes a command is about.</summary>
public abstract record Selection
{
    private Selection()
    {
    }

    /// <summary>Those that are named, by id or name.</summary>
    public sealed record Named(IReadOnlyList<string> Targets) : Selection;

    /// <summary>Every one that a bulk command applies to.</summary>
    public sealed record All : Selection;

    /// <summary>Every one in a group that a bulk command applies to.</summary>
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
            else
                missing.Add(new Outcome.Failed(target, null, NotFound(state, target)));
        }

        return ([.. found.Values], missing);
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
        return Spelling.Nearest(target, state.Processes.Values.Select(process => process.Spec.Name)) is { } nearest
            ? $"there is no process named '{target}'; did you mean '{nearest}'?"
            : $"there is no process named '{target}'; 'sentinel list' shows those there are";
    }
}
