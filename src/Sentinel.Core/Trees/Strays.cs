using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Trees;

/// <summary>A tree that this home started but no record names, as happens after an old state was put back.</summary>
/// <param name="Name">The name under which it was started; null if its environment no longer tells.</param>
public sealed record Stray(string Cookie, string? Name, IReadOnlyList<Sighting> Processes)
{
    /// <summary>Finds them by their cookies, which begin as all cookies of this home do.</summary>
    public static IReadOnlyList<Stray> Find(State state, Snapshot snapshot)
    {
        if (state.CookiePrefix is not { } prefix)
            return [];
        var known = state.Processes.Values.Select(process => process.Cookie).ToHashSet();
        return [.. snapshot.All.Values
            .Where(process => !process.HasEnded && process.Pid != Environment.ProcessId)
            .Select(process => (Process: process, snapshot.Table.SignOf(process.Pid).Cookie))
            .Where(seen => seen.Cookie is { } cookie && cookie.StartsWith(prefix, StringComparison.Ordinal) && !known.Contains(RunCookie.RecordOf(cookie)))
            .GroupBy(seen => seen.Cookie!, seen => seen.Process)
            .Select(tree => new Stray(
                tree.Key,
                tree.Select(process => snapshot.Table.NameOf(process.Pid)).FirstOrDefault(name => name is not null),
                [.. tree.OrderBy(process => process.Pid)]))];
    }

    /// <summary><c>web (pids 812, 813)</c>.</summary>
    public override string ToString() =>
        $"{Name ?? "one"} ({(Processes.Count == 1 ? "pid" : "pids")} {string.Join(", ", Processes.Select(process => process.Pid))})";

    /// <summary>What to say about all of them.</summary>
    public static string Sentence(IReadOnlyList<Stray> strays) =>
        $"{string.Join(", ", strays)} {(strays.Count == 1 ? "was" : "were")} started here and {(strays.Count == 1 ? "is" : "are")} in no record, as happens after an old state was put back; 'sentinel stopall' ends {(strays.Count == 1 ? "it" : "them")}";
}
