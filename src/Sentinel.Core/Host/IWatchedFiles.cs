namespace Sentinel.Core.Host;

/// <summary>Files and folders as they are at this moment. What cannot be read is as if it were not there.</summary>
public interface IWatchedFiles
{
    /// <summary>Null: there is nothing, or something that is neither a file nor a folder.</summary>
    /// <param name="follows">Whether a link stands for what it leads to; otherwise it is a file.</param>
    FileSight? Look(string path, bool follows = false);

    /// <summary>What is in a folder.</summary>
    IReadOnlyList<(string Name, FileSight Sight)> List(string folder);

    /// <summary>A number for the content of a file and, of a link, where it leads; null: it cannot be read.</summary>
    ulong? ContentOf(string path);

    /// <summary>The lines of a small text file; none if it cannot be read.</summary>
    IReadOnlyList<string> LinesOf(string path);

    /// <summary>Why nobody tells what happens in a folder, as the end of a sentence; null: somebody may.</summary>
    string? WhyNotTold(string folder);
}

/// <summary>What can be seen of a file without reading it.</summary>
/// <param name="WrittenAt">In nanoseconds since 1970.</param>
public readonly record struct FileSight(bool IsFolder, long Bytes, long WrittenAt, ulong Inode);
