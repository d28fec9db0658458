using Microsoft.Win32.SafeHandles;
using Sentinel.Model;

namespace Sentinel.Core.Host;

/// <summary>
/// The one way to the files in Sentinel's folder. None is opened through a link, none that another user owns, none that is not a regular
/// file or has another name elsewhere, and none takes or heeds a lock of flock(2), which the program that writes it may hold.
/// </summary>
/// <remarks>
/// Each call throws <see cref="UnauthorizedAccessException"/> for a file that is refused, and <see cref="IOException"/> for what the system
/// refuses.
/// </remarks>
public interface IHomeFiles
{
    /// <summary>Null when there is none.</summary>
    /// <param name="mayHaveTwoNames">As the state has, for a moment, while its copy is made.</param>
    SafeFileHandle? OpenToRead(string path, bool mayHaveTwoNames = false);

    /// <summary>To read and to write; null when there is none.</summary>
    SafeFileHandle? OpenToChange(string path);

    /// <summary>To read and to write; made, for its owner only, when it is not there.</summary>
    SafeFileHandle OpenOrMake(string path);

    /// <summary>A new file, to read and to write, for its owner only: what has its name is removed first.</summary>
    SafeFileHandle MakeAnew(string path);

    /// <summary>By what a file or folder is known again; null when there is none.</summary>
    FileMark? MarkOf(string path);

    /// <summary>By what a change of a file is known, without opening it; null when there is none.</summary>
    FileVersion? VersionOf(string path);

    /// <summary>How long a file is, without opening it; null when there is none, or something that is no regular file.</summary>
    long? LengthOf(string path);
}

/// <summary>The content of a file: another one, or one that was written to, is another version.</summary>
/// <param name="Written">When it was written to last, in nanoseconds since 1970.</param>
public sealed record FileVersion(FileMark File, ulong Bytes, long Written);

/// <summary>Small files of Sentinel's folder, whole.</summary>
public static class WholeFiles
{
    /// <inheritdoc cref="IHomeFiles.OpenToRead"/>
    public static byte[]? ReadAll(this IHomeFiles files, string path, bool mayHaveTwoNames = false)
    {
        using var file = files.OpenToRead(path, mayHaveTwoNames);
        if (file is null)
            return null;
        var content = new byte[RandomAccess.GetLength(file)];
        var filled = 0;
        while (filled < content.Length && RandomAccess.Read(file, content.AsSpan(filled), filled) is > 0 and var read)
            filled += read;
        return filled == content.Length ? content : content[..filled];
    }

    /// <summary>Makes a file anew with the content of another, if that is there.</summary>
    public static void Copy(this IHomeFiles files, string from, string to, bool mayHaveTwoNames = false)
    {
        if (files.ReadAll(from, mayHaveTwoNames) is not { } content)
            return;
        using var copy = files.MakeAnew(to);
        RandomAccess.Write(copy, content, 0);
    }
}
