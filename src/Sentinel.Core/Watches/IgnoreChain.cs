using Sentinel.Core.Host;

namespace Sentinel.Core.Watches;

/// <summary>What the .gitignore and .ignore files of a folder, and of those that it is in, leave out.</summary>
/// <param name="Below">Of the folder that it is in; null: those above say nothing.</param>
/// <param name="Own">The rules of its own files; those of .ignore come after, and so before the others.</param>
internal sealed record IgnoreChain(IgnoreChain? Below, string Folder, IgnoreRules Own)
{
    private const string Repository = ".git";

    private static readonly string[] Names = [".gitignore", ".ignore"];

    public static bool IsRuleFile(string name) => Names.Contains(name);

    /// <summary>Of a folder within what is watched.</summary>
    public static IgnoreChain Of(string folder, IgnoreChain? below, IWatchedFiles files) =>
        new(below, folder, new IgnoreRules(Names.SelectMany(name => files.LinesOf(Path.Combine(folder, name))), withBraces: false));

    /// <summary>Of the folder above one: from that of the repository down. Null: it is in none.</summary>
    public static IgnoreChain? Above(string folder, IWatchedFiles files)
    {
        var above = new Stack<string>();
        for (var at = folder; files.Look(Path.Combine(at, Repository)) is null; above.Push(at))
            if ((at = Path.GetDirectoryName(at)) is null)
                return null;
        return above.Aggregate((IgnoreChain?)null, (below, each) => Of(each, below, files));
    }

    /// <summary>Whether a file or folder in it is left out, by the nearest that says something.</summary>
    public bool LeavesOut(string path, bool isFolder)
    {
        for (var chain = this; chain is not null; chain = chain.Below)
            if (!chain.Own.IsEmpty && chain.Own.LeavesOut(WatchTarget.NamesBelow(path, chain.Folder), isFolder) is { } leavesOut)
                return leavesOut;
        return false;
    }
}
