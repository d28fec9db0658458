using Sentinel.Core.Host;

namespace Sentinel.Core.Watches;

/// <summary>
/// The files that a process depends on, as they were when it was last asked what has changed. What happens makes it look again at what
/// it happened to; only another content is a change.
/// </summary>
/// <param name="touched">Called when something may have changed.</param>
internal sealed class FileTree(WatchScope scope, IFolderWatches watches, IWatchedFiles files, Action touched) : IFolderWatcher, IDisposable
{
    // Reading larger ones takes longer than anybody wants to wait for the daemon.
    private const long MostBytes = 1024 * 1024;

    private const int MostWatched = 100_000, MostPolled = 10_000;

    private readonly Dictionary<string, Folder> _folders = [];
    private readonly Dictionary<string, FileState> _states = [];

    // By the folders that are watched for the names of files, or of what is not there yet.
    private readonly Dictionary<string, List<WatchTarget>> _vigils = [];

    // How each was before it was touched; null: it was not there.
    private readonly Dictionary<string, FileState?> _dirty = [];
    private readonly Queue<string> _unread = [];

    /// <summary>Why it has to be looked at again and again; null: it is told what happens.</summary>
    public string? WhyPolled { get; private set; }

    /// <summary>Whether the content of some files is not known yet.</summary>
    public bool IsAnyUnread => _unread.Count > 0;

    /// <summary>Notes how everything is.</summary>
    public void Arm()
    {
        WhyPolled ??= scope.Targets.Select(target => files.WhyNotTold(target.Base)).FirstOrDefault(why => why is not null);
        var wasPolled = WhyPolled is not null;
        ArmAll();
        if (WhyPolled is null || wasPolled)
            return;
        Forget();
        ArmAll();
    }

    /// <summary>Looks again at everything.</summary>
    public void LookAgain()
    {
        foreach (var target in scope.Targets)
            if (_folders.ContainsKey(target.Base) && files.Look(target.Base, follows: true) is not { IsFolder: true })
                Lose(target.Base);
            else
                Arm(target, isNew: true);
    }

    /// <summary>Reads some of the files whose content is not known, so that later a touch can be told from a change.</summary>
    public void ReadSome(int most)
    {
        for (var i = 0; i < most && _unread.TryDequeue(out var path); i++)
            if (_states.TryGetValue(path, out var state) && state.Content is null && ContentOf(path, state.Sight) is { } content && files.Look(path) == state.Sight)
                _states[path] = state with { Content = content };
    }

    /// <summary>The files whose content has changed since the last call, those that have come and those that have gone; in order.</summary>
    public IReadOnlyList<string> TakeChanges()
    {
        var changed = new List<string>();
        foreach (var (path, before) in _dirty)
        {
            FileState? now = files.Look(path) is { IsFolder: false } sight && IsKnownPlace(path) ? new FileState(sight, ContentOf(path, sight)) : null;
            // One that cannot be read, for now, is as it was.
            if (now is { Content: null } && before is not null)
                now = before;
            Note(path, now);
            if (!AreSame(before, now))
                changed.Add(path);
        }

        _dirty.Clear();
        if (scope.UsesGitignore && changed.Exists(path => IgnoreChain.IsRuleFile(Path.GetFileName(path))))
            ArmAfresh();
        changed.Sort(StringComparer.Ordinal);
        return changed;
    }

    public void Happened(string folder, string? name, bool isFolder)
    {
        if (_vigils.TryGetValue(folder, out var targets))
            foreach (var target in targets.Where(target => name is null || WatchTarget.NamesBelow(target.Base, folder)[0] == name).ToList())
            {
                Unwatch(folder, target);
                Arm(target, isNew: true);
            }

        if (!_folders.TryGetValue(folder, out var known))
            return;
        if (name is null)
        {
            if (files.Look(folder, follows: true) is { IsFolder: true })
                Scan(folder, known.Outer, isNew: true);
            else
                Lose(folder);
            return;
        }

        var path = Path.Combine(folder, name);
        if (isFolder || known.Folders.Contains(name))
            FolderHappened(known, name, path);
        else if (scope.Takes(path, isFolder: false, known.Chain))
            Touch(path);
    }

    public void Lost() => LookAgain();

    public void Dispose() => Forget();

    private void ArmAll()
    {
        foreach (var target in scope.Targets)
            Arm(target, isNew: false);
    }

    // What is left out may have changed. The files are as they are: what changed was just taken.
    private void ArmAfresh()
    {
        var before = _folders.Keys.ToList();
        _folders.Clear();
        _states.Clear();
        _unread.Clear();
        ArmAll();
        foreach (var folder in before.Where(folder => !_folders.ContainsKey(folder) && !_vigils.ContainsKey(folder)))
            watches.Remove(folder, this);
    }

    /// <param name="isNew">Whether what is found there has come since.</param>
    private void Arm(WatchTarget target, bool isNew)
    {
        if (files.Look(target.Base, follows: true) is { IsFolder: true })
        {
            Scan(target.Base, scope.UsesGitignore ? IgnoreChain.Above(target.Base, files) : null, isNew);
            return;
        }

        var folder = Path.GetDirectoryName(target.Base)!;
        while (files.Look(folder, follows: true) is not { IsFolder: true })
            folder = Path.GetDirectoryName(folder) ?? "/";
        Watch(folder, target);
        // It may have come before the folder was watched.
        if (files.Look(target.Base, follows: true) is { IsFolder: true })
            Happened(folder, WatchTarget.NamesBelow(target.Base, folder)[0], isFolder: true);
        else if (target.Pattern is null && (isNew || _states.ContainsKey(target.Base)))
            TouchIfChanged(target.Base);
        else if (target.Pattern is null && files.Look(target.Base) is { IsFolder: false } sight)
            Add(target.Base, sight);
    }

    private void FolderHappened(Folder known, string name, string path)
    {
        var sight = files.Look(path);
        if (sight is { IsFolder: true })
        {
            if (scope.Takes(path, isFolder: true, known.Chain))
            {
                known.Folders.Add(name);
                Scan(path, known.Chain, isNew: true);
            }

            return;
        }

        if (known.Folders.Remove(name))
            Lose(path);
        if (sight is not null && scope.Takes(path, isFolder: false, known.Chain))
            Touch(path);
    }

    // It is watched before it is listed: what comes in between is reported, and what came before is seen.
    private void Scan(string path, IgnoreChain? outer, bool isNew)
    {
        if (WhyPolled is null && watches.Add(path, this) is { } why)
            BecomePolled(why);
        var entries = files.List(path);
        var chain = scope.UsesGitignore && entries.Any(entry => IgnoreChain.IsRuleFile(entry.Name)) ? IgnoreChain.Of(path, outer, files) : outer;
        var before = _folders.GetValueOrDefault(path);
        var folder = _folders[path] = new Folder(outer, chain);
        foreach (var (name, sight) in entries)
        {
            var at = Path.Combine(path, name);
            if (!scope.Takes(at, sight.IsFolder, chain))
                continue;
            if (sight.IsFolder)
            {
                folder.Folders.Add(name);
                Scan(at, chain, isNew);
                continue;
            }

            folder.Files.Add(name);
            if (_states.TryGetValue(at, out var state) ? state.Sight != sight : isNew)
                Touch(at);
            else if (!_states.ContainsKey(at))
                Add(at, sight);
        }

        if (before is null)
            return;
        foreach (var gone in before.Files.Except(folder.Files))
            Touch(Path.Combine(path, gone));
        foreach (var gone in before.Folders.Except(folder.Folders))
            Lose(Path.Combine(path, gone));
    }

    private void Add(string path, FileSight sight)
    {
        if (_states.Count >= (WhyPolled is null ? MostWatched : MostPolled))
        {
            if (WhyPolled is null)
                BecomePolled($"there are more than {MostWatched:N0} files; --watch=FOLDER and --watch-ignore make them fewer");
            return;
        }

        _states[path] = new FileState(sight, null);
        _unread.Enqueue(path);
    }

    private void Touch(string path)
    {
        _dirty.TryAdd(path, _states.TryGetValue(path, out var state) ? state : null);
        touched();
    }

    private void TouchIfChanged(string path)
    {
        FileSight? known = _states.TryGetValue(path, out var state) ? state.Sight : null;
        if (WhyPolled is null || files.Look(path) != known)
            Touch(path);
    }

    // What was in it has gone; what is named by itself may come back.
    private void Lose(string path)
    {
        Drop(path);
        foreach (var target in scope.Targets.Where(target => WatchTarget.IsWithin(target.Base, path)))
            Arm(target, isNew: true);
    }

    private void Drop(string path)
    {
        if (!_folders.Remove(path, out var folder))
            return;
        if (!_vigils.ContainsKey(path))
            watches.Remove(path, this);
        foreach (var name in folder.Files)
            Touch(Path.Combine(path, name));
        foreach (var name in folder.Folders)
            Drop(Path.Combine(path, name));
    }

    private void Watch(string folder, WatchTarget target)
    {
        if (!_vigils.TryGetValue(folder, out var targets))
            _vigils[folder] = targets = [];
        if (!targets.Contains(target))
            targets.Add(target);
        if (WhyPolled is null && watches.Add(folder, this) is { } why)
            BecomePolled(why);
    }

    private void Unwatch(string folder, WatchTarget target)
    {
        _vigils[folder].Remove(target);
        if (_vigils[folder].Count > 0)
            return;
        _vigils.Remove(folder);
        if (!_folders.ContainsKey(folder))
            watches.Remove(folder, this);
    }

    private void BecomePolled(string why)
    {
        WhyPolled = why;
        foreach (var folder in _folders.Keys.Concat(_vigils.Keys).Distinct().ToList())
            watches.Remove(folder, this);
    }

    private void Forget()
    {
        foreach (var folder in _folders.Keys.Concat(_vigils.Keys).Distinct())
            watches.Remove(folder, this);
        _folders.Clear();
        _vigils.Clear();
        _states.Clear();
        _dirty.Clear();
        _unread.Clear();
    }

    private bool IsKnownPlace(string path) => _folders.ContainsKey(Path.GetDirectoryName(path)!) || scope.Targets.Any(target => target.Base == path);

    private void Note(string path, FileState? now)
    {
        if (now is { } state)
            _states[path] = state;
        else
            _states.Remove(path);
        if (!_folders.TryGetValue(Path.GetDirectoryName(path)!, out var folder))
            return;
        if (now is not null)
            folder.Files.Add(Path.GetFileName(path));
        else
            folder.Files.Remove(Path.GetFileName(path));
    }

    private ulong? ContentOf(string path, FileSight sight) =>
        sight.Bytes < MostBytes ? files.ContentOf(path) : (ulong)sight.WrittenAt * 31 + (ulong)sight.Bytes;

    private static bool AreSame(FileState? before, FileState? now) =>
        before is { } was && now is { } state ? was.Content is { } content ? content == state.Content : was.Sight == state.Sight : before is null && now is null;

    /// <param name="Content">A number for it; null: not known yet.</param>
    private readonly record struct FileState(FileSight Sight, ulong? Content);

    /// <param name="outer">What the folders that it is in leave out.</param>
    /// <param name="chain">What is left out in it.</param>
    private sealed class Folder(IgnoreChain? outer, IgnoreChain? chain)
    {
        public IgnoreChain? Outer => outer;

        public IgnoreChain? Chain => chain;

        public HashSet<string> Files { get; } = [];

        public HashSet<string> Folders { get; } = [];
    }
}
