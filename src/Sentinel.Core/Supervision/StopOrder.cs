using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>Ends each process only when those that need it, and are being ended, too, have ended; all others at the same time.</summary>
internal static class StopOrder
{
    /// <param name="found">What is to be ended.</param>
    /// <param name="state">In which all that there are is.</param>
    /// <param name="end">Ends some of them.</param>
    public static async ValueTask<IReadOnlyDictionary<int, TreeEnd>> End(
        IReadOnlyList<ProcessRecord> found, State state, Func<List<ProcessRecord>, ValueTask<IReadOnlyDictionary<int, TreeEnd>>> end)
    {
        if (found.Count < 2 || !Dependencies.AreAny(found))
            return await end([.. found]);
        var blockers = BlockersOf(found, state);
        var ends = new Dictionary<int, TreeEnd>();
        var (open, running) = (found.ToList(), new List<Task<IReadOnlyDictionary<int, TreeEnd>>>());
        while (open.Count > 0 || running.Count > 0)
        {
            // A circle, which only a change meanwhile can make, is ended all at once.
            var free = open.FindAll(record => blockers[record.Id].All(ends.ContainsKey));
            if (free.Count == 0 && running.Count == 0)
                free = [.. open];
            open.RemoveAll(free.Contains);
            // What the same ones wait for is ended together; what nobody waits for delays nobody.
            foreach (var together in free.GroupBy(record => string.Join(',', found.Where(other => blockers[other.Id].Contains(record.Id)).Select(other => other.Id))))
                running.Add(end([.. together]).AsTask());
            var first = await Task.WhenAny(running);
            running.Remove(first);
            foreach (var (id, how) in await first)
                ends[id] = how;
        }

        return ends;
    }

    // Which of them have to end before each.
    private static Dictionary<int, HashSet<int>> BlockersOf(IReadOnlyList<ProcessRecord> found, State state)
    {
        var ids = found.Select(record => record.Id).ToHashSet();
        var dependencies = new Dependencies(state.Processes.Values);
        var blockers = ids.ToDictionary(id => id, _ => new HashSet<int>());
        foreach (var record in found.Where(Dependencies.HasAny))
            foreach (var needed in dependencies.NeededBy(record))
                if (ids.Contains(needed.Id) && needed.Id != record.Id)
                    blockers[needed.Id].Add(record.Id);
        return blockers;
    }
}
