using Microsoft.Win32.SafeHandles;
using Sentinel.Model;

namespace Sentinel.Core.Host;

/// <summary>
/// The only way to the files in Sentinel's folder. No file is opened through a link, or if another user owns it, it is not a regular
/// file, or it has another name elsewhere; none takes or heeds a lock of flock(2), which the program that writes it may hold.
/// </summary>
/// <remarks>
/// Each call throws <see cref="UnauthorizedAccessException"/> for a file that these rules refuse, and <see cref="IOException"/> when
/// the system refuses.
/// </remarks>
public interface IHomeFiles
{
    /// <summary>Null when there is none.</summary>
    /// <param name="mayHaveTwoNames">As the state has for a moment, while its copy is made.</param>
    SafeFileHandle? OpenToRead(string path, bool mayHaveTwoNames = false);

    /// <summary>To read and write; null when there is none.</summary>
    SafeFileHandle? OpenToChange(string path);

    /// <summary>To read and write; created, for its owner only, if it does not exist.</summary>
    SafeFileHandle OpenOrMake(string path);

    /// <summary>A new file, to read and write, for its owner only; a file that already has its name is removed first.</summary>
    SafeFileHandle MakeAnew(string path);

    /// <summary>What identifies a file or folder; null when there is none.</summary>
    FileMark? MarkOf(string path);

    /// <summary>What reveals a change of a file, without opening it; null when there is none.</summary>
    FileVersion? VersionOf(string path);

    /// <summary>The length of a file, in bytes, without opening it; null when there is none, or it is not a regular file.</summary>
    long? LengthOf(string path);
}

/// <summary>Identifies the content of a file: another file, or the same file after a write, is another version.</summary>
/// <param name="Written">When it was last written to, in nanoseconds since 1970.</param>
public sealed record FileVersion(FileMark File, ulong Bytes, long Written);

/// <summary>Reads, writes and copies small files of Sentinel's folder as a whole.</summary>
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

    /// <summary>Creates a file anew with the content of another, if that exists.</summary>
    public static void Copy(this IHomeFiles files, string from, string to, bool mayHaveTwoNames = false)
    {
        if (files.ReadAll(from, mayHaveTwoNames) is { } content)
            files.WriteAll(to, content);
    }

    /// <summary>Creates a file anew.</summary>
    public static void WriteAll(this IHomeFiles files, string path, ReadOnlySpan<byte> content)
    {
        using var file = files.MakeAnew(path);
        RandomAccess.Write(file, content, 0);
    }
}
