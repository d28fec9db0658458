using Sentinel.Core.Host;

namespace Sentinel.Tests.Watches;

/// <summary>Watches of folders that tell what the test says.</summary>
internal sealed class MadeUpFolders : IFolderWatches
{
    private readonly Dictionary<string, HashSet<IFolderWatcher>> _watchers = [];

    /// <summary>Why no more can be added; null: more can.</summary>
    public string? Refuses { get; set; }

    public IEnumerable<string> Watched => _watchers.Keys.Order(StringComparer.Ordinal);

    public string? Add(string folder, IFolderWatcher watcher)
    {
        if (Refuses is null)
            (_watchers.TryGetValue(folder, out var all) ? all : _watchers[folder] = []).Add(watcher);
        return Refuses;
    }

    public void Remove(string folder, IFolderWatcher watcher)
    {
        if (_watchers.TryGetValue(folder, out var all) && all.Remove(watcher) && all.Count == 0)
            _watchers.Remove(folder);
    }

    /// <summary>Something happened to a path; nobody is told who does not watch its folder.</summary>
    public void Happen(string path, bool isFolder = false)
    {
        foreach (var watcher in _watchers.GetValueOrDefault(Path.GetDirectoryName(path)!, []).ToList())
            watcher.Happened(Path.GetDirectoryName(path)!, Path.GetFileName(path), isFolder);
    }

    public void Lose()
    {
        foreach (var watcher in _watchers.Values.SelectMany(all => all).Distinct().ToList())
            watcher.Lost();
    }
}
