using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>Looks at processes and changes nothing.</summary>
/// <param name="wait">Lets time pass; null: block, because there is nothing else to do meanwhile.</param>
/// <param name="sampler">Knows earlier looks; null: this is the first.</param>
public sealed class Overview(IProcessTable table, TimeProvider time, Func<TimeSpan, ValueTask>? wait = null, Sampler? sampler = null)
{
    // A process that has used less than this share of the CPU in all its life, and none just now, counts as at rest.
    private const double AtRest = 0.01;

    private readonly Sampler _sampler = sampler ?? new Sampler(time);

    /// <summary>What each process does and uses.</summary>
    /// <param name="records">As <see cref="Reconciliation"/> sees them.</param>
    /// <param name="snapshot">The snapshot that they were reconciled with.</param>
    /// <param name="others">Other known processes, which may include the same ones.</param>
    public async ValueTask<IReadOnlyList<ProcessView>> Look(
        IReadOnlyCollection<ProcessRecord> records, Snapshot snapshot, IEnumerable<ProcessRecord> others)
    {
        var trees = ProcessTrees.Find(
            [.. TreeRoot.OfAll(records.Where(record => record.State.Main is not null))], snapshot, TreeRoot.OfAll(others));
        var cookies = records.Where(record => !record.Spec.Treatment.Tree.IsNone).ToDictionary(record => record.Id, record => record.RunCookie);
        var groups = new Dictionary<int, GroupSighting>();
        foreach (var id in trees.Keys)
            if (LookAtGroup(id) is { } group)
                groups[id] = group;
        var cpu = await Shares(trees, groups, LookAtGroup);
        return [.. records.Select(record => new ProcessView(
            record, trees.TryGetValue(record.Id, out var tree) ? Usage(record, tree, groups.GetValueOrDefault(record.Id), 100 * cpu[record.Id]) : null)
        {
            LeaseOver = record.WhyLeaseIsOver(time.GetUtcNow(), table.MayBeAlive),
        })];

        GroupSighting? LookAtGroup(int id) => cookies.TryGetValue(id, out var cookie) ? table.LookAtGroup(cookie) : null;
    }

    /// <summary>What is left of the trees of processes that have ended, by id.</summary>
    public static IReadOnlyDictionary<int, List<Sighting>> Remains(IEnumerable<ProcessRecord> records, Snapshot snapshot) =>
        ProcessTrees.Find([.. records.Where(record => record.State.Main is null).Select(TreeRoot.Of)], snapshot);

    private TreeUsage Usage(ProcessRecord record, List<Sighting> tree, GroupSighting? group, double cpu)
    {
        var startTicks = record.State.Main!.StartTicks;
        return new TreeUsage(
            cpu,
            group?.MemoryBytes ?? tree.Sum(member => member.MemoryBytes),
            TimeSpan.FromSeconds(Math.Max(0, (table.NowTicks - startTicks) / table.TicksPerSecond)),
            [.. tree.Select(member => member.Pid).Order()]);
    }

    private async ValueTask<Dictionary<int, double>> Shares(Dictionary<int, List<Sighting>> trees, Dictionary<int, GroupSighting> groups, Func<int, GroupSighting?> lookAgain)
    {
        var begun = time.GetTimestamp();
        var first = trees.ToDictionary(tree => tree.Key, tree => Measure(tree.Key, tree.Value, groups.GetValueOrDefault(tree.Key), begun));
        // Where all shares are known, or all processes at rest, there is no need to wait.
        if (!first.Values.Any(measured => measured.IsBusy))
            return first.ToDictionary(tree => tree.Key, tree => tree.Value.Share);
        if (wait is null)
            Thread.Sleep(Sampler.Window);
        else
            await wait(Sampler.Window);
        var ended = time.GetTimestamp();
        return trees.ToDictionary(tree => tree.Key, tree => Measure(tree.Key, tree.Value, groups.ContainsKey(tree.Key) ? lookAgain(tree.Key) : null, ended).Share);
    }

    // Busy: the share of some process is not known yet, and is more than nothing.
    private (double Share, bool IsBusy) Measure(int id, List<Sighting> tree, GroupSighting? group, long at)
    {
        var (share, isBusy) = (0.0, false);
        foreach (var member in tree)
        {
            if (table.CpuTimeOf(member.Pid) is not { } used)
                continue;
            var known = _sampler.Share(new Sampled(IsGroup: false, member.Pid, member.StartTicks), used, at);
            share += known ?? 0;
            isBusy |= known is null && (member.IsOnCpu || used.TotalSeconds > AtRest * Age(member));
        }

        if (group is null)
            return (share, isBusy);
        // The group also counts processes that came and went.
        var all = _sampler.Share(new Sampled(IsGroup: true, id, tree.Min(member => member.StartTicks)), group.CpuTime, at);
        return (all ?? 0, all is null && (isBusy || group.CpuTime.TotalSeconds > AtRest * tree.Max(Age)));
    }

    private double Age(Sighting member) => (table.NowTicks - member.StartTicks) / table.TicksPerSecond;
}
