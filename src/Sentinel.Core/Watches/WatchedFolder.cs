namespace Sentinel.Core.Watches;

/// <summary>A folder that is watched, and what is watched in it.</summary>
/// <param name="outer">What the folders that it is in leave out.</param>
/// <param name="chain">What is left out in it.</param>
internal sealed class WatchedFolder(IgnoreChain? outer, IgnoreChain? chain)
{
    public IgnoreChain? Outer => outer;

    public IgnoreChain? Chain => chain;

    /// <summary>The names of the files that count.</summary>
    public HashSet<string> Files { get; } = [];

    /// <summary>The names of the folders that may hold such files.</summary>
    public HashSet<string> Folders { get; } = [];
}
