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
            var (meant, why) = Meant(state, target, named.Folder);
            if (why is not null)
                missing.Add(new Outcome.Failed(target, null, why, FailureCode.NotFound));
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
    /// <param name="folder">Where it is named; null: in no project's folder.</param>
    public static (ProcessRecord? Found, Outcome.Failed? Missing) One(string target, State state, string? folder = null) =>
        One(new Selection.Named([target]) { Folder = folder }, state);

    /// <inheritdoc cref="One(string, State, string)"/>
    public static (ProcessRecord? Found, Outcome.Failed? Missing) One(Selection selection, State state)
    {
        var (found, missing) = selection.In(state, _ => true);
        var target = ((Selection.Named)selection).Targets[0];
        return found.Count > 1
            ? (null, new Outcome.Failed(target, null, $"'{target}' is {found.Count} processes; name one of them: {string.Join(", ", found.Select(process => process.Spec.Name))}"))
            : (found.FirstOrDefault(), missing.OfType<Outcome.Failed>().FirstOrDefault());
    }

    /// <summary>The project that a folder is in: the one whose folder is the nearest above it; null: it is in none.</summary>
    public static string? ProjectOf(State state, string? folder) => folder is null ? null : state.Groups.Values
        .Where(group => group.Project is { Folder: var own } && (folder == own || folder.StartsWith(own.TrimEnd('/') + "/", StringComparison.Ordinal)))
        .MaxBy(group => group.Project!.Folder.Length)?.Name;

    // In the folder of a project its processes come first, then what has the very name, then a group, then what has it in any project.
    private static (List<ProcessRecord> Found, string? Why) Meant(State state, string target, string? folder)
    {
        if (ProjectOf(state, folder) is { } project && state.Called($"{project}/{target}").ToList() is { Count: > 0 } own)
            return (own, null);
        // Digits and nothing else: "+1" and " 1" are names.
        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return state.Processes.TryGetValue(id, out var numbered) ? ([numbered], null) : ([], NotFound(state, target));
        if (state.Called(target).ToList() is { Count: > 0 } exact)
            return (exact, null);
        if (state.MembersOf(target).ToList() is { Count: > 0 } members)
            return (members, null);
        var elsewhere = state.Groups.Values.Where(group => group.Project is not null).Select(group => state.Called($"{group.Name}/{target}").ToList()).Where(found => found.Count > 0).ToList();
        return elsewhere.Count switch
        {
            0 => ([], NotFound(state, target)),
            1 => (elsewhere[0], null),
            _ => ([], $"'{target}' is in several projects; name one of them: {string.Join(", ", elsewhere.Select(found => found[0].Spec.SetName))}"),
        };
    }

    private static string NotFound(State state, string target)
    {
        if (target.All(char.IsDigit))
            return $"there is no process with the id {target}";
        return Spelling.Nearest(target, state.Names()) is { } nearest
            ? $"there is no process named '{target}'; did you mean '{nearest}'?"
            : $"there is no process named '{target}'; 'sentinel list' shows all processes";
    }
}
