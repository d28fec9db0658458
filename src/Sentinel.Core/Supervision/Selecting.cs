using System.Globalization;
using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Finds the processes of a selection in a state.</summary>
public static class Selecting
{
    /// <summary>The processes, each once, and a failure for each target that names none.</summary>
    public static (List<ProcessRecord> Found, List<Outcome> Missing) In(this Selection selection, State state, Func<ProcessRecord, bool> appliesTo)
    {
        if (selection is Selection.Members { Group: var group } && !state.Groups.ContainsKey(group))
            return ([], [GroupBook.Missing(state, group)]);
        if (selection is not Selection.Named named)
            return ([.. (selection is Selection.Members { Group: var own } ? state.MembersOf(own) : state.Processes.Values).Where(Belongs).Where(appliesTo)], []);

        var found = new Dictionary<int, ProcessRecord>();
        var missing = new List<Outcome>();
        foreach (var target in named.Targets)
        {
            List<ProcessRecord> meant = Find(state, target) is { } process ? [process] : [.. state.InstancesOf(target)];
            if (meant.Count == 0)
                missing.Add(new Outcome.Failed(target, null, NotFound(state, target), FailureCode.NotFound));
            foreach (var record in meant)
                if (Belongs(record))
                    found[record.Id] = record;
                else
                    missing.Add(NotOfSession(record, selection.Session!));
        }

        return ([.. found.Values], missing);

        bool Belongs(ProcessRecord record) => selection.Session is null || record.Spec.Lease?.Session == selection.Session;
    }

    private static Outcome.Failed NotOfSession(ProcessRecord record, string session) => new(
        record.Spec.Name,
        record,
        $"it belongs to {(record.Spec.Lease?.Session is { } other ? $"the session {other}" : "no session")}, not to {session}; --session \"\" means all sessions",
        FailureCode.NotFound);

    /// <summary>The one process that is named, or a failure that says why there is none.</summary>
    public static (ProcessRecord? Found, Outcome.Failed? Missing) One(string target, State state) => One(new Selection.Named([target]), state);

    /// <inheritdoc cref="One(string, State)"/>
    public static (ProcessRecord? Found, Outcome.Failed? Missing) One(Selection selection, State state)
    {
        var (found, missing) = selection.In(state, _ => true);
        var target = ((Selection.Named)selection).Targets[0];
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
