using Sentinel.Core.Home;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Watches;

/// <summary>What counts among the files of a process.</summary>
internal sealed class WatchScope
{
    private readonly string _folder;
    private readonly string _home;
    private readonly IgnoreRules _own;

    public WatchScope(ProcessSpec spec, WatchRule rule, SentinelHome home)
    {
        (_folder, _home) = (spec.WorkingDirectory, home.Folder);
        // It writes its pid file itself.
        _own = new IgnoreRules([.. rule.Ignore, .. spec.PidFile is { } file ? [file.StartsWith('/') ? file : $"/{file}"] : Array.Empty<string>()], withBraces: true);
        UsesGitignore = rule.UsesGitignore;
        Targets = [.. rule.Paths.Select(path => WatchTarget.Parse(path, spec.WorkingDirectory))];
        Key = string.Join('\0', [spec.WorkingDirectory, spec.PidFile ?? "", rule.UsesGitignore ? "git" : "", .. rule.Paths, "", .. rule.Ignore]);
    }

    public IReadOnlyList<WatchTarget> Targets { get; }

    public bool UsesGitignore { get; }

    /// <summary>Processes with the same key depend on the same files.</summary>
    public string Key { get; }

    /// <summary>A path as people are told it: relative to the working directory if it is below that.</summary>
    public string Shown(string path) => path != _folder && WatchTarget.IsWithin(path, _folder) ? path[(_folder == "/" ? 1 : _folder.Length + 1)..] : path;

    /// <summary>Whether something in a folder that is watched is to be looked at: a file counts, or a folder may hold one that does.</summary>
    /// <param name="chain">Of the folder that it is in; null: no file says what to leave out.</param>
    public bool Takes(string path, bool isFolder, IgnoreChain? chain)
    {
        if (WatchTarget.IsWithin(path, _home))
            return false;
        var isNamed = false;
        var counts = false;
        foreach (var target in Targets)
        {
            isNamed |= path == target.Base;
            counts |= isFolder ? target.Holds(path) : target.Counts(path);
        }

        // What is named by itself counts, whatever leaves it out.
        return isNamed || (counts && !NeverCounted.Is(Path.GetFileName(path)) && !LeavesOut(path, isFolder, chain));
    }

    private bool LeavesOut(string path, bool isFolder, IgnoreChain? chain)
    {
        var folder = WatchTarget.IsWithin(path, _folder) ? _folder : Targets.FirstOrDefault(target => target.Holds(path))?.Base;
        return (folder is null || path.Length == folder.Length ? null : _own.LeavesOut(WatchTarget.NamesBelow(path, folder), isFolder))
            ?? chain?.LeavesOut(path, isFolder) ?? false;
    }
}
