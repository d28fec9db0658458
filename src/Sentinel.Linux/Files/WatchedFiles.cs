using System.Buffers.Binary;
using System.IO.Enumeration;
using System.Text;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Files;

/// <inheritdoc/>
public sealed unsafe class WatchedFiles : IWatchedFiles
{
    private const int MostBytes = 1024 * 1024;

    private static readonly EnumerationOptions All = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private readonly RegularFiles _files = new();

    public FileSight? Look(string path, bool follows = false)
    {
        LibC.StatX status;
        var flags = follows ? 0 : LibC.AT_SYMLINK_NOFOLLOW;
        if (LibC.statx(LibC.AT_FDCWD, path, flags, LibC.STATX_TYPE | LibC.STATX_SIZE | LibC.STATX_MTIME | LibC.STATX_INO, &status) != 0)
            return null;
        // Opening anything else, such as a pipe, could block.
        return (status.Mode & LibC.S_IFMT) is var kind && kind is LibC.S_IFDIR or LibC.S_IFREG or LibC.S_IFLNK
            ? new FileSight(kind == LibC.S_IFDIR, (long)status.Bytes, status.WrittenSeconds * 1_000_000_000 + status.WrittenNanoseconds, status.Inode)
            : null;
    }

    public IReadOnlyList<(string Name, FileSight Sight)> List(string folder)
    {
        try
        {
            var found = new List<(string, FileSight)>();
            foreach (var name in new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.FileName.ToString(), All))
                if (Look(Path.Combine(folder, name)) is { } sight)
                    found.Add((name, sight));
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public ulong? ContentOf(string path)
    {
        try
        {
            var link = new FileInfo(path).LinkTarget;
            // A link that leads nowhere, or to a folder, has no other content than where it leads.
            if (link is not null && Look(path, follows: true) is not { IsFolder: false, Bytes: < MostBytes })
                return Mixed(Encoding.UTF8.GetBytes(link), 0);
            return _files.Read(path, MostBytes) is { } content ? Mixed(content, link is null ? 0 : Mixed(Encoding.UTF8.GetBytes(link), 0)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public IReadOnlyList<string> LinesOf(string path)
    {
        try
        {
            return _files.Read(path, MostBytes) is { } content ? Encoding.UTF8.GetString(content).Split('\n') : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public string? WhyNotTold(string folder) => RemoteFileSystems.Find() is { IsEmpty: false } remote && remote.On(folder) is var (mount, kind)
        ? $"{mount} is a file system ({kind}) that does not tell what happens on other machines"
        : null;

    // Eight bytes at a time: as good as any other for telling two contents of one file apart.
    private static ulong Mixed(ReadOnlySpan<byte> content, ulong start)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        var mixed = start ^ ((ulong)content.Length * Prime);
        for (; content.Length >= 8; content = content[8..])
            mixed = Step(mixed, BinaryPrimitives.ReadUInt64LittleEndian(content));
        foreach (var last in content)
            mixed = Step(mixed, last);
        return mixed;

        static ulong Step(ulong mixed, ulong value)
        {
            mixed = (mixed ^ value) * Prime;
            return mixed ^ (mixed >> 29);
        }
    }
}
