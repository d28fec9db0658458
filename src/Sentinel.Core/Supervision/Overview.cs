using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>A process as it is at this moment.</summary>
/// <param name="Usage">For its whole tree; null when nothing of it runs.</param>
public sealed record ProcessView(ProcessRecord Record, TreeUsage? Usage)
{
    /// <summary>Why its lease is over, as a sentence without capital and full stop; null while it holds, or if there is none.</summary>
    public string? LeaseOver { get; init; }

    /// <summary>Whether it is not ready, and not probed unless somebody waits for it.</summary>
    public bool IsUnasked { get; init; }

    /// <summary>What still runs of it although it has ended.</summary>
    public IReadOnlyList<LeftProcess> Left { get; init; } = [];
}

/// <param name="CpuPercent">Of one CPU: two busy threads are 200.</param>
/// <param name="MemoryBytes">Resident memory; shared memory counts for each process. With a limit: see <see cref="GroupSighting"/>.</param>
/// <param name="Uptime">Since the main process started.</param>
/// <param name="Pids">Every process of the tree.</param>
public sealed record TreeUsage(double CpuPercent, long MemoryBytes, TimeSpan Uptime, IReadOnlyList<int> Pids);

/// <summary>Looks at processes and changes nothing.</summary>
/// <param name="wait">Lets time pass; null: block, because there is nothing else to do meanwhile.</param>
public sealed class Overview(IProcessTable table, TimeProvider time, Func<TimeSpan, ValueTask>? wait = null)
{
    // CPU clocks of other processes advance by scheduler ticks (1 to 10 ms): a window of this length is good to a few percent.
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    // A process that has used less than this share of the CPU in all its life, and none just now, counts as at rest.
    private const double AtRest = 0.01;

    /// <summary>What each process does and uses.</summary>
    /// <param name="records">As <see cref="Reconciliation"/> sees them.</param>
    /// <param name="snapshot">The snapshot that they were reconciled with.</param>
    /// <param name="others">Other known processes, which may include the same ones.</param>
    public async ValueTask<IReadOnlyList<ProcessView>> Look(
        IReadOnlyCollection<ProcessRecord> records, Snapshot snapshot, IEnumerable<ProcessRecord> others)
    {
        var trees = ProcessTrees.Find(
            [.. records.Where(record => record.State.Main is not null).Select(TreeRoot.Of)], snapshot, others.Select(TreeRoot.Of));
        var cookies = records.Where(record => !record.Spec.Treatment.Tree.IsNone).ToDictionary(record => record.Id, record => record.RunCookie);
        var groups = new Dictionary<int, GroupSighting>();
        foreach (var id in trees.Keys)
            if (LookAtGroup(id) is { } group)
                groups[id] = group;
        var cpu = await CpuPercent(trees, groups, LookAtGroup);
        return [.. records.Select(record => new ProcessView(
            record, trees.TryGetValue(record.Id, out var tree) ? Usage(record, tree, groups.GetValueOrDefault(record.Id), cpu[record.Id]) : null)
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

    private async ValueTask<Dictionary<int, double>> CpuPercent(Dictionary<int, List<Sighting>> trees, Dictionary<int, GroupSighting> groups, Func<int, GroupSighting?> lookAgain)
    {
        var begun = time.GetTimestamp();
        var before = new Dictionary<int, TimeSpan>();
        var isBusy = false;
        foreach (var (id, tree) in trees)
        {
            foreach (var member in tree)
            {
                var used = table.CpuTimeOf(member.Pid) ?? TimeSpan.Zero;
                before[member.Pid] = used;
                isBusy |= member.IsOnCpu || used.TotalSeconds > AtRest * Age(member);
            }

            // The group also counts processes that came and went.
            isBusy |= groups.TryGetValue(id, out var group) && group.CpuTime.TotalSeconds > AtRest * tree.Max(Age);
        }

        // If all processes are at rest, there is no need to wait.
        if (!isBusy)
            return trees.ToDictionary(tree => tree.Key, _ => 0.0);
        if (wait is null)
            Thread.Sleep(Window);
        else
            await wait(Window);
        var window = time.GetElapsedTime(begun);
        return trees.ToDictionary(tree => tree.Key, tree => 100 * (groups.TryGetValue(tree.Key, out var then) && lookAgain(tree.Key) is { } now
            ? (now.CpuTime - then.CpuTime) / window
            : tree.Value.Sum(member => table.CpuTimeOf(member.Pid) is { } used ? (used - before[member.Pid]) / window : 0)));

        double Age(Sighting member) => (table.NowTicks - member.StartTicks) / table.TicksPerSecond;
    }
}
