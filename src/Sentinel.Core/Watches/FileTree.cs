using Sentinel.Core.Host;

namespace Sentinel.Core.Watches;

/// <summary>
/// The files that a process depends on, as they were when it was last asked what has changed. What happens makes it look again at what
/// it happened to; only another content is a change.
/// </summary>
/// <param name="touched">Called when something may have changed.</param>
internal sealed class FileTree(WatchScope scope, IFolderWatches watches, IWatchedFiles files, Action touched) : IFolderWatcher, IDisposable
{
    private const int MostWatched = 100_000, MostPolled = 10_000;

    private readonly Dictionary<string, WatchedFolder> _folders = [];
    private readonly FileStates _states = new(files);

    // By the folders that are watched for the names of files, also of those that are not there yet.
    private readonly Dictionary<string, List<WatchTarget>> _vigils = [];

    // How each was before it was touched; null: it was not there.
    private readonly Dictionary<string, FileState?> _dirty = [];

    /// <summary>Why it has to be looked at again and again; null: it is told what happens.</summary>
    public string? WhyPolled { get; private set; }

    /// <summary>Whether the content of some files is not known yet.</summary>
    public bool IsAnyUnread => _states.IsAnyUnread;

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

    /// <inheritdoc cref="FileStates.ReadSome"/>
    public void ReadSome(int most) => _states.ReadSome(most);

    /// <summary>The files whose content has changed since the last call, those that have come and those that have gone; in order.</summary>
    public IReadOnlyList<string> TakeChanges()
    {
        var changed = new List<string>();
        foreach (var (path, before) in _dirty)
        {
            var now = IsKnownPlace(path) ? _states.Look(path) : null;
            // One that cannot be read, for now, is as it was.
            if (now is { Content: null } && before is not null)
                now = before;
            Note(path, now);
            if (!FileState.AreSame(before, now))
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
        else if (target.Pattern is null && (isNew || _states.Of(target.Base) is not null))
            TouchIfChanged(target.Base);
        else if (target.Pattern is null && files.Look(target.Base) is { IsFolder: false } sight)
            Add(target.Base, sight);
    }

    private void FolderHappened(WatchedFolder known, string name, string path)
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
        var folder = _folders[path] = new WatchedFolder(outer, chain);
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
            var known = _states.Of(at);
            if (known is null && !isNew)
                Add(at, sight);
            else if (known?.Sight != sight)
                Touch(at);
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

        _states.Add(path, sight);
    }

    private void Touch(string path)
    {
        _dirty.TryAdd(path, _states.Of(path));
        touched();
    }

    private void TouchIfChanged(string path)
    {
        if (WhyPolled is null || files.Look(path) != _states.Of(path)?.Sight)
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
    }

    private bool IsKnownPlace(string path) => _folders.ContainsKey(Path.GetDirectoryName(path)!) || scope.Targets.Any(target => target.Base == path);

    private void Note(string path, FileState? now)
    {
        _states.Note(path, now);
        if (!_folders.TryGetValue(Path.GetDirectoryName(path)!, out var folder))
            return;
        if (now is not null)
            folder.Files.Add(Path.GetFileName(path));
        else
            folder.Files.Remove(Path.GetFileName(path));
    }
}
