using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>Checks what processes need of each other: that it is there, that it can be, and that nobody waits for themselves.</summary>
internal sealed class Neighbours
{
    // Steps of a cycle.
    private const int MostShown = 20;

    private readonly Dictionary<string, ProjectProcess> _processes;
    private readonly ICollection<string> _names;
    private readonly Faults _faults;
    private readonly Dictionary<string, List<(string To, bool IsNeed, Place Place)>> _edges = [];

    private Neighbours(IEnumerable<ProjectProcess> processes, ICollection<string> names, Faults faults) =>
        (_processes, _names, _faults) = (processes.ToDictionary(process => process.Name), names, faults);

    /// <param name="names">Of all processes, also of those that have faults of their own.</param>
    public static void Check(IReadOnlyList<ProjectProcess> processes, IEnumerable<string> names, Faults faults)
    {
        var check = new Neighbours(processes, names.ToHashSet(), faults);
        foreach (var process in processes)
        {
            foreach (var given in process.Find(FileKeys.Needs)?.Given ?? [])
                if (faults.Try(given.Place, () => Need.Parse(given.Text)))
                    check.One(process, given.Place, Need.Parse(given.Text), isNeed: true);
            foreach (var given in process.Find(FileKeys.After)?.Given ?? [])
                check.One(process, given.Place, new Need(given.Text), isNeed: false);
        }

        check.FindCycles();
    }

    /// <summary>That there is no such process, and which one may have been meant.</summary>
    public static string Missing(string name, IEnumerable<string> names) =>
        $"there is no process '{name}'" + (FileKeys.Nearest(name, names) is { } nearest ? $"; did you mean '{nearest}'?" : "");

    private void One(ProjectProcess process, Place place, Need need, bool isNeed)
    {
        if (ProcessName.ProjectOf(need.Name) is not null)
            return;
        if (!_names.Contains(need.Name))
        {
            if (!need.IsOptional)
                _faults.Add(place, Missing(need.Name, _names));
            return;
        }

        if (!_edges.TryGetValue(process.Name, out var edges))
            _edges[process.Name] = edges = [];
        edges.Add((need.Name, isNeed, place));
        if (_processes.GetValueOrDefault(need.Name) is { } other && WhyNever(other, need.Until) is { } why)
            _faults.Add(place, why);
    }

    private static string? WhyNever(ProjectProcess other, Condition? until) => until?.Kind switch
    {
        ConditionKind.Done when !other.IsTask => $"{other.Name} is never done: it is a service; give it type = \"task\", or wait until it is ready",
        ConditionKind.Ready when other.IsTask => $"{other.Name} is never ready: it is a task; wait until it is done",
        ConditionKind.Healthy when !other.Settings.Any(IsHealthCheck) => $"{other.Name} is never healthy: it has no health check, such as health-http",
        ConditionKind.Ended when IsRestartedForever(other) => $"{other.Name} never ends for good: it is restarted whenever it ends; give it restart = \"on-failure\", or wait until it is ready",
        _ => null,
    };

    // At most so often, or after some exit codes only, is not forever.
    private static bool IsRestartedForever(ProjectProcess other) =>
        !other.IsTask && other.Find("restart") is { Values: ["always"] } && other.Find("max-restarts") is null && other.Find("no-restart-codes") is null;

    private static bool IsHealthCheck(Setting setting) => FileKeys.ChoiceOf(setting.Key) == "health";

    // Each by the edge that closes it. Without recursion: a chain may be as long as there are processes.
    private void FindCycles()
    {
        var isDone = new Dictionary<string, bool>();
        var path = new Stack<(string Name, int Next)>();
        foreach (var first in _edges.Keys)
        {
            if (isDone.TryAdd(first, false))
                path.Push((first, 0));
            while (path.TryPop(out var at))
            {
                if (!_edges.TryGetValue(at.Name, out var edges) || at.Next == edges.Count)
                {
                    isDone[at.Name] = true;
                    continue;
                }

                path.Push((at.Name, at.Next + 1));
                var (to, _, place) = edges[at.Next];
                if (isDone.TryAdd(to, false))
                    path.Push((to, 0));
                else if (!isDone[to])
                    _faults.Add(place, $"these wait for each other: {Words([.. path.Reverse().SkipWhile(step => step.Name != to)])}");
            }
        }
    }

    private string Words(IReadOnlyList<(string Name, int Next)> steps)
    {
        // A step has taken the edge before the next one.
        var edges = steps.Select(step => _edges[step.Name][step.Next - 1]);
        var words = edges.Select(edge => $" {(edge.IsNeed ? "needs" : "comes after")} {edge.To}").ToList();
        return steps[0].Name + string.Concat(words.Count <= MostShown ? words : [.. words.Take(MostShown - 1), $" ... ({words.Count - MostShown} more)", words[^1]]);
    }
}
