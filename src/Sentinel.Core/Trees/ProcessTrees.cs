using Sentinel.Core.Host;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Trees;

/// <summary>
/// Finds which processes belong to which tree: the main process, its session, their descendants, and those that left both
/// but kept a sign of it: the cookie, or the mark.
/// </summary>
public static class ProcessTrees
{
    /// <summary>The live processes of each root, by <see cref="TreeRoot.Id"/>; a root without any has no entry.</summary>
    /// <param name="roots">The trees to look for.</param>
    /// <param name="snapshot">Where to look.</param>
    /// <param name="others">Other known trees: the owner of their processes then need not be read from an environment.</param>
    public static Dictionary<int, List<Sighting>> Find(
        IReadOnlyCollection<TreeRoot> roots, Snapshot snapshot, IEnumerable<TreeRoot>? others = null)
    {
        var trees = new Dictionary<int, List<Sighting>>();
        if (roots.Count == 0)
            return trees;
        // Not by their ids: one run of a process may be looked for, and another not.
        var wanted = new HashSet<TreeRoot>(roots, ReferenceEqualityComparer.Instance);
        var search = new Search(roots, others ?? [], snapshot);
        foreach (var process in snapshot.All.Values)
        {
            // A tree may contain the command that looks at it; that command does not count, and never ends itself.
            if (process.HasEnded || process.Pid == Environment.ProcessId || search.OwnerOf(process) is not { } owner
                || !wanted.Contains(owner))
                continue;
            if (!trees.TryGetValue(owner.Id, out var members))
                trees[owner.Id] = members = [];
            members.Add(process);
        }

        return trees;
    }

    private sealed class Search
    {
        private readonly IProcessTable _table;
        private readonly IReadOnlyDictionary<int, Sighting> _byPid;
        private readonly Dictionary<string, TreeRoot> _byCookie = [];
        private readonly Dictionary<ulong, TreeRoot> _byMark = [];
        private readonly Dictionary<ulong, TreeRoot> _byRecordsMark = [];
        private readonly Dictionary<int, TreeRoot> _bySession = [];
        private readonly Dictionary<int, TreeRoot?> _owners = [];
        private readonly long _firstStart;

        public Search(IReadOnlyCollection<TreeRoot> roots, IEnumerable<TreeRoot> others, Snapshot snapshot)
        {
            _table = snapshot.Table;
            _byPid = snapshot.All;
            _firstStart = long.MaxValue;
            foreach (var root in roots)
            {
                _byCookie[root.Cookie] = root;
                _byMark[TreeMark.Of(root.Cookie)] = root;
                if (RunCookie.IsOfRecord(root.Cookie))
                    _byRecordsMark[TreeMark.RecordOf(TreeMark.Of(root.Cookie))] = root;
                foreach (var main in root.Mains)
                    if (snapshot.Look(main) is not null)
                        _owners[main.Pid] = _bySession[main.Pid] = root;

                // Nothing in a tree is older than its root; if the root's age is not known, nothing can be ruled out.
                _firstStart = Math.Min(_firstStart, root.Identity is null ? 0 : root.Mains.Min(main => _table.IsHere(main) ? main.StartTicks : 0));
            }

            foreach (var other in others)
                foreach (var main in other.Mains)
                    if (!_owners.ContainsKey(main.Pid) && snapshot.Look(main) is not null)
                        _owners[main.Pid] = _bySession[main.Pid] = other;

            // A session outlives its leader, which may long stay a zombie that nobody reaps, and its number is not reused while any process
            // is in it. One member with a sign proves that it is still the same session; so does one without a sign that is our child: its
            // parents were ours.
            var leaderless = roots
                .Where(root => root.SessionId is { } session && (!_byPid.TryGetValue(session, out var leader) || leader.HasEnded))
                .ToLookup(root => root.SessionId!.Value);
            if (leaderless.Count == 0)
                return;
            foreach (var process in _byPid.Values)
                foreach (var root in leaderless[process.Session])
                    if (IsMarked(process, out var owner) ? owner == root : process.Parent == Environment.ProcessId && !process.HasEnded)
                        _bySession[process.Session] = root;
        }

        public TreeRoot? OwnerOf(Sighting process)
        {
            if (_owners.TryGetValue(process.Pid, out var known))
                return known;
            // Guards against a loop of parents in a table that was not read in one instant.
            _owners[process.Pid] = null;
            return _owners[process.Pid] = Find(process);
        }

        private TreeRoot? Find(Sighting process)
        {
            if (process.StartTicks < _firstStart)
                return null;
            if (_bySession.TryGetValue(process.Session, out var root))
                return root;
            if (_byPid.TryGetValue(process.Parent, out var parent) && OwnerOf(parent) is { } inherited)
                // A supervised process may itself supervise: what it has marked as another tree's belongs to that tree.
                return IsMarked(process, out var other) ? other : inherited;
            return IsMarked(process, out var owner) ? owner : null;
        }

        /// <param name="owner">Null: it belongs to a tree that is not looked for.</param>
        private bool IsMarked(Sighting process, out TreeRoot? owner)
        {
            var sign = process.HasEnded ? default : _table.SignOf(process.Pid);
            owner = sign.Cookie is { } cookie ? _byCookie.GetValueOrDefault(cookie) ?? _byCookie.GetValueOrDefault(RunCookie.RecordOf(cookie))
                : sign.Mark is { } mark ? _byMark.GetValueOrDefault(mark) ?? _byRecordsMark.GetValueOrDefault(TreeMark.RecordOf(mark))
                : null;
            return sign != default;
        }
    }
}
