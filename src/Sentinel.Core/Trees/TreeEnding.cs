using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Trees;

/// <summary>What became of a tree that was to be ended.</summary>
/// <param name="Main">How its main process ended; null if that was already gone.</param>
/// <param name="Ended">How many processes ended.</param>
/// <param name="Survivors">What could not be ended, each with the reason; empty on success.</param>
public sealed record TreeEnd(Exit? Main, int Ended, IReadOnlyList<string> Survivors)
{
    /// <summary>Whether it did not end in the time that it had, and was killed.</summary>
    public bool WasLate { get; init; }
}

/// <summary>
/// Ends whole trees, all at the same time: sends the signal to the main process and then to what it left, SIGKILL to everything that
/// is there after the timeout, and reports no success while anything of a tree is there. See <see cref="Ending"/>.
/// </summary>
public sealed class TreeEnding(IProcessTable table, IProcessHandles handles, TimeProvider time)
{
    // How often to wait for a process that lives for less than a look, before others have their turn.
    private const int MostHunts = 500;
    private static readonly TimeSpan Hunt = TimeSpan.FromMilliseconds(20);

    // The first looks come as soon as there is something to see; then a tree that keeps starting processes is seen less and less often.
    private const int QuickLooks = 8;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(2);

    /// <param name="roots">The trees to end.</param>
    /// <param name="options">How.</param>
    /// <param name="startedAgain">
    /// Which of them, by <see cref="TreeRoot.Id"/>, somebody else has ended and started again by now: the next run is left alone.
    /// The one that starts a run makes that known first.
    /// </param>
    /// <param name="others">Other known trees; see <see cref="ProcessTrees.Find"/>.</param>
    /// <returns>An entry for each root, by <see cref="TreeRoot.Id"/>.</returns>
    public async ValueTask<IReadOnlyDictionary<int, TreeEnd>> End(
        IReadOnlyCollection<TreeRoot> roots,
        StopOptions options,
        Func<IReadOnlySet<int>>? startedAgain = null,
        IReadOnlyCollection<TreeRoot>? others = null)
    {
        var endings = roots.Select(root => new Ending(root, options, table, handles, time)).ToList();
        try
        {
            for (var looks = 1; ; looks++)
            {
                Look(endings, startedAgain, others);
                var open = endings.Where(ending => !ending.IsOver).ToList();
                if (open.Count == 0)
                    return endings.ToDictionary(ending => ending.Root.Id, ending => ending.Result());
                await WaitUntilOneMayBeOver(open, looks);
            }
        }
        finally
        {
            endings.ForEach(ending => ending.Dispose());
        }
    }

    // One pass over the machine serves all trees.
    private void Look(List<Ending> endings, Func<IReadOnlySet<int>>? startedAgain, IReadOnlyCollection<TreeRoot>? others)
    {
        var open = endings.Where(ending => !ending.IsOver).ToList();
        open.ForEach(ending => ending.Begin());
        var snapshot = new Snapshot(table);
        var members = ProcessTrees.Find(open.ConvertAll(ending => ending.Root), snapshot, others);
        // Asked after the look and before any signal, so that every successor that can have been seen is known by now.
        LeaveSuccessors(open, startedAgain);
        foreach (var ending in open)
        {
            ending.Take(members.GetValueOrDefault(ending.Root.Id) ?? []);
            ending.AskKernel();
        }

        var newcomers = snapshot.Newcomers;
        HuntFor(newcomers, open, startedAgain, others);
        foreach (var ending in open)
            ending.Judge(newcomers.IsAll, group => IsShared(group, snapshot, members));
    }

    // If nothing of a tree is held, something may have appeared behind the look.
    private void HuntFor(Newcomers newcomers, List<Ending> open, Func<IReadOnlySet<int>>? startedAgain, IReadOnlyCollection<TreeRoot>? others)
    {
        var begun = time.GetTimestamp();
        for (var hunts = 0; hunts < MostHunts && time.GetElapsedTime(begun) < Hunt && open.Exists(ending => ending.IsInDoubt); hunts++)
        {
            var seen = newcomers.Next();
            if (newcomers.IsAll)
                return;
            if (seen.Count == 0)
                continue;
            var members = ProcessTrees.Find(open.ConvertAll(ending => ending.Root), new Snapshot(table, seen), others);
            if (members.Count == 0)
                continue;
            LeaveSuccessors(open, startedAgain);
            foreach (var ending in open)
                ending.Take(members.GetValueOrDefault(ending.Root.Id) ?? []);
        }
    }

    private static void LeaveSuccessors(List<Ending> open, Func<IReadOnlySet<int>>? startedAgain)
    {
        if (startedAgain?.Invoke() is not { Count: > 0 } left)
            return;
        foreach (var ending in open.Where(ending => left.Contains(ending.Root.Id)))
            ending.Leave();
        open.RemoveAll(ending => ending.IsOver);
    }

    // With a process of no tree that is being ended, such as the command that ends them.
    private bool IsShared(int group, Snapshot snapshot, Dictionary<int, List<Sighting>> members) => snapshot.All.Values.Any(process =>
        process.Group == group
        && !process.HasEnded
        && !members.Values.Any(tree => tree.Exists(member => member.Pid == process.Pid))
        && table.Look(process.Pid) is { HasEnded: false } now && now.StartTicks == process.StartTicks);

    private async ValueTask WaitUntilOneMayBeOver(List<Ending> open, int looks)
    {
        while (true)
        {
            open.ForEach(ending => ending.GoOn());
            // Read once: what ends after this is waited for all the same, and ends the wait at once.
            var running = open.ConvertAll(ending => ending.Running.ToList());
            var deadline = open.Min(ending => ending.NextMoment);
            // If a tree has nothing left to wait for, the next look tells whether it is over.
            if (deadline <= TimeSpan.Zero || running.Any(members => members.Count == 0))
                break;
            await handles.WaitAny([.. running.SelectMany(members => members)], deadline);
        }

        // Trees that are ended together fall together: after a moment more, one look finds many of them gone.
        var pause = looks <= QuickLooks ? (open.Count > 1 ? ShortPause : TimeSpan.Zero)
            : open.Exists(ending => ending.IsHunted) ? ShortPause
            : TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, looks - QuickLooks + 1));
        if (pause > TimeSpan.Zero)
            await handles.WaitAny([], pause);
    }
}
