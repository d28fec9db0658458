using Sentinel.Core.Host;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;

namespace Sentinel.Core.Trees;

/// <summary>How trees are to be ended this time.</summary>
/// <param name="Signal">Asks the processes to end; null: as each tree's own <see cref="StopRule"/> says.</param>
/// <param name="Timeout">How long they have, until SIGKILL; null likewise.</param>
public sealed record StopOptions(int? Signal, TimeSpan? Timeout)
{
    public static readonly StopOptions Default = new(null, null);

    public static readonly StopOptions Force = new(SignalName.Kill, TimeSpan.Zero);
}

/// <summary>What became of a tree that was to be ended.</summary>
/// <param name="Main">How its main process ended; null when that had already gone.</param>
/// <param name="Ended">How many processes ended.</param>
/// <param name="Survivors">What could not be ended, each with the reason; empty on success.</param>
public sealed record TreeEnd(Exit? Main, int Ended, IReadOnlyList<string> Survivors);

/// <summary>
/// Ends whole trees, all at the same time: the signal to every process, SIGKILL to what is left after the timeout, and no
/// word of success while anything of a tree is there.
/// </summary>
public sealed class TreeEnding(IProcessTable table, IProcessHandles handles, TimeProvider time)
{
    // How long the kernel may take over a SIGKILL (a process in uninterruptible sleep) before we say so.
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(5);

    /// <param name="roots">The trees to end.</param>
    /// <param name="options">How.</param>
    /// <param name="startedAgain">
    /// Which of them, by <see cref="TreeRoot.Id"/>, somebody else has ended and started again by now: what has the cookie then
    /// is their successor's and is left alone. Whoever starts one makes that known before.
    /// </param>
    /// <param name="others">Trees that are known as well; see <see cref="ProcessTrees.Find"/>.</param>
    /// <returns>An entry for each root, by <see cref="TreeRoot.Id"/>.</returns>
    public async ValueTask<IReadOnlyDictionary<int, TreeEnd>> End(
        IReadOnlyCollection<TreeRoot> roots,
        StopOptions options,
        Func<IReadOnlySet<int>>? startedAgain = null,
        IReadOnlyCollection<TreeRoot>? others = null)
    {
        var endings = roots.Select(root => new Ending(root, options, time.GetTimestamp())).ToList();
        try
        {
            while (true)
            {
                Look(endings, startedAgain, others);
                var open = endings.Where(ending => !ending.IsOver).ToList();
                if (open.Count == 0)
                    return endings.ToDictionary(ending => ending.Root.Id, ending => ending.Result());
                await WaitUntilOneMayBeOver(open);
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
        // What a member starts during the look, with a pid that has been passed by, is not seen: where none was left before,
        // there is none.
        var quiet = open.Where(ending => !ending.Running.Any()).ToHashSet();
        var members = ProcessTrees.Find(open.ConvertAll(ending => ending.Root), new Snapshot(table), others);
        // Asked after the look and before any signal: no successor can have been seen that is not known by now.
        var left = startedAgain?.Invoke();
        foreach (var ending in open)
            if (left?.Contains(ending.Root.Id) == true)
                ending.Leave();
            else
                ending.Advance(members.GetValueOrDefault(ending.Root.Id) ?? [], quiet.Contains(ending), table, handles, time);
    }

    private async ValueTask WaitUntilOneMayBeOver(List<Ending> open)
    {
        while (true)
        {
            // Asked once: what ends after that is waited for all the same, and ends the wait at once.
            var running = open.ConvertAll(ending => ending.Running.ToList());
            var deadline = open.Min(ending => ending.Deadline(time));
            // One that has nothing left to wait for: the next look tells whether it is over.
            if (deadline <= TimeSpan.Zero || running.Any(members => members.Count == 0))
                break;
            await handles.WaitAny([.. running.SelectMany(members => members)], deadline);
        }

        // Trees that are ended together fall together: a moment more, and one look finds many of them gone.
        if (open.Count > 1)
            await handles.WaitAny([], TimeSpan.FromMilliseconds(2));
    }

    private sealed class Ending(TreeRoot root, StopOptions options, long begun) : IDisposable
    {
        private readonly int _signal = options.Signal ?? root.Stop.Signal;
        private readonly TimeSpan _timeout = options.Timeout ?? root.Stop.Timeout;
        private readonly Dictionary<(int Pid, long Start), IProcessHandle> _members = [];
        private readonly Dictionary<int, string> _refused = [];
        private Exit? _main;
        private long? _killedAt;

        public TreeRoot Root => root;

        public bool IsOver { get; private set; }

        public IEnumerable<IProcessHandle> Running => _members.Values.Where(member => !member.HasEnded);

        public TimeSpan Deadline(TimeProvider time) =>
            _killedAt is { } killed ? KillTimeout - time.GetElapsedTime(killed) : _timeout - time.GetElapsedTime(begun);

        public void Advance(List<Sighting> seen, bool wasQuiet, IProcessTable table, IProcessHandles handles, TimeProvider time)
        {
            if (_killedAt is null && (_signal == SignalName.Kill || Deadline(time) <= TimeSpan.Zero))
            {
                _killedAt = time.GetTimestamp();
                foreach (var member in Running)
                    Send(member);
            }

            foreach (var process in seen)
            {
                if (_members.ContainsKey((process.Pid, process.StartTicks)))
                    continue;
                if (handles.Open(table.IdentityOf(process)) is not { } member)
                    continue;
                _members.Add((process.Pid, process.StartTicks), member);
                Send(member);
            }

            // Each is held by now, so how it ends is still learned.
            if (_killedAt is not null && seen.Count > 0 && handles.KillGroup(Root.Cookie))
                _refused.Clear();
            if (Root.Identity is { } main && _members.GetValueOrDefault((main.Pid, main.StartTicks)) is { HasEnded: true } ended)
                _main ??= ended.HowEnded().How;
            var isGone = seen.Count == 0 && wasQuiet && !Running.Any();
            var isStuck = _killedAt is not null && Running.Any() && (Deadline(time) <= TimeSpan.Zero || Running.All(IsRefused));
            IsOver = isGone || isStuck;
        }

        public void Leave() => IsOver = true;

        public TreeEnd Result() => new(
            _main,
            _members.Values.Count(member => member.HasEnded),
            [.. Running.Select(member =>
                $"pid {member.Identity.Pid} {_refused.GetValueOrDefault(member.Identity.Pid, "does not end, not even by SIGKILL")}")]);

        public void Dispose()
        {
            foreach (var member in _members.Values)
                member.Dispose();
        }

        private bool IsRefused(IProcessHandle member) => _refused.ContainsKey(member.Identity.Pid);

        private void Send(IProcessHandle member)
        {
            var signal = _killedAt is null ? _signal : SignalName.Kill;
            if (member.Signal(signal) is { } refusal)
                _refused[member.Identity.Pid] = refusal;
            // One that is suspended takes no notice of any other signal until it goes on.
            else if (signal != SignalName.Kill)
                member.Signal(SignalName.Continue);
        }
    }
}
