namespace Sentinel.Core.Host;

/// <summary>Tells what happens to the names in folders, not to those in folders below them.</summary>
public interface IFolderWatches
{
    /// <summary>Begins to tell what happens in a folder, or finds out whether another folder has its name now.</summary>
    /// <returns>Why that cannot be told, as the end of a sentence; null: it is told.</returns>
    string? Add(string folder, IFolderWatcher watcher);

    /// <summary>Ends it.</summary>
    void Remove(string folder, IFolderWatcher watcher);
}

/// <summary>Is told what happens in folders.</summary>
public interface IFolderWatcher
{
    /// <param name="folder">As it was added.</param>
    /// <param name="name">Came, went or was written to; null: the folder itself was moved or deleted.</param>
    /// <param name="isFolder">Whether the name is that of a folder.</param>
    void Happened(string folder, string? name, bool isFolder);

    /// <summary>More happened than could be told.</summary>
    void Lost();
}
