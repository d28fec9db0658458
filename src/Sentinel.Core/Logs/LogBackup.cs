using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>A part taken out of a log: <c>LOG.1</c> is the newest, <c>.gz</c> means that it is compressed.</summary>
internal sealed record LogBackup(string Log, int Number, bool IsCompressed)
{
    private const string Compressed = ".gz";

    private const int CopyBytes = 256 * 1024;

    // Nobody has so many backups that they need more digits.
    private const int MostDigits = 6;

    public string Path => $"{Log}.{Number}{(IsCompressed ? Compressed : "")}";

    public LogBackup Older => this with { Number = Number + 1 };

    /// <summary>Where the next backup is made before it takes its place.</summary>
    public static string DraftOf(string log) => log + ".new";

    /// <summary>Where a backup is compressed before the result takes its place.</summary>
    public static string CompressedDraftOf(string log) => log + Compressed + ".new";

    /// <summary>The backups of a log, newest first. One that exists in both forms was being compressed: the plain form is whole.</summary>
    public static IReadOnlyList<LogBackup> Of(string log) => [.. All(log).DistinctBy(backup => backup.Number)];

    /// <summary>The backups of a log, newest first, with the plain form of each before the compressed one.</summary>
    public static IReadOnlyList<LogBackup> All(string log)
    {
        var folder = System.IO.Path.GetDirectoryName(log)!;
        var prefix = System.IO.Path.GetFileName(log) + ".";
        if (!Directory.Exists(folder))
            return [];
        // The name may contain characters that mean something in a pattern.
        return [.. Directory.EnumerateFiles(folder).Select(System.IO.Path.GetFileName).OfType<string>()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => Parse(log, name[prefix.Length..])).OfType<LogBackup>()
            .OrderBy(backup => backup.Number).ThenBy(backup => backup.IsCompressed)];
    }

    /// <summary>Makes room for a new backup, and deletes those that would then be too many.</summary>
    public static void Shift(string log, int keep)
    {
        var backups = All(log);
        // A process that was killed while doing this left a gap: what is beyond it need not move.
        var inTheWay = Enumerable.Range(1, int.MaxValue - 1).First(number => backups.All(backup => backup.Number != number)) - 1;
        // The oldest first, so that each finds its place free.
        foreach (var backup in backups.Reverse())
        {
            var moved = backup.Number <= inTheWay ? backup.Older : backup;
            if (moved.Number > keep)
                File.Delete(backup.Path);
            else if (moved != backup)
                File.Move(backup.Path, moved.Path, overwrite: true);
        }
    }

    /// <summary>
    /// Whether the newest backup holds what a log holds up to an offset, as far as that has not been punched yet. It does not if the
    /// process has meanwhile emptied the log and written anew.
    /// </summary>
    public static bool IsCopied(string log, SafeFileHandle live, long end, ILogFiles files)
    {
        if (File.Exists(DraftOf(log)) || Of(log) is not [{ Number: 1 } backup, ..])
            return false;
        using var copy = backup.Open(files.Home);
        var start = files.StartOfData(live);
        if (copy is null || RandomAccess.GetLength(live) < end)
            return false;
        var (one, other) = (new byte[CopyBytes], new byte[CopyBytes]);
        var shift = RandomAccess.GetLength(copy) - end;
        foreach (var extent in LogExtents.Of(live, start, end, files))
            for (var at = extent.Start; at < extent.End;)
            {
                var length = (int)Math.Min(CopyBytes, extent.End - at);
                if (at + shift < 0
                    || RandomAccess.Read(live, one.AsSpan(0, length), at) != length
                    || RandomAccess.Read(copy, other.AsSpan(0, length), at + shift) != length
                    || !one.AsSpan(0, length).SequenceEqual(other.AsSpan(0, length)))
                    return false;
                at += length;
            }

        return RandomAccess.GetLength(live) >= end;
    }

    /// <summary>Its content, readable at any offset; null when it is gone or damaged.</summary>
    public SafeFileHandle? Open(IHomeFiles files)
    {
        try
        {
            var file = files.OpenToRead(Path);
            if (!IsCompressed || file is null)
                return file;
            using (file)
                return Expanded(file);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>How many bytes it holds, without reading them all.</summary>
    public long Bytes(IHomeFiles files)
    {
        if (!IsCompressed)
            return files.LengthOf(Path) ?? 0;
        try
        {
            using var file = files.OpenToRead(Path);
            if (file is null)
                return 0;
            // The last four bytes tell; see RFC 1952.
            Span<byte> size = stackalloc byte[sizeof(uint)];
            return RandomAccess.Read(file, size, Math.Max(0, RandomAccess.GetLength(file) - size.Length)) == size.Length
                ? BinaryPrimitives.ReadUInt32LittleEndian(size)
                : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // In a file that no longer has a name, so that nobody needs to clean it up.
    private static SafeFileHandle Expanded(SafeFileHandle compressed)
    {
        var path = System.IO.Path.GetTempFileName();
        var expanded = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        using var from = new GZipStream(new FileStream(compressed, FileAccess.Read, 1), CompressionMode.Decompress);
        var block = new byte[64 * 1024];
        for (long at = 0; from.Read(block) is > 0 and var read; at += read)
            RandomAccess.Write(expanded, block.AsSpan(0, read), at);
        return expanded;
    }

    private static LogBackup? Parse(string log, string ending)
    {
        var isCompressed = ending.EndsWith(Compressed, StringComparison.Ordinal);
        var digits = isCompressed ? ending[..^Compressed.Length] : ending;
        return digits.Length is > 0 and <= MostDigits && digits.All(char.IsAsciiDigit) && digits[0] != '0'
            ? new LogBackup(log, int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture), isCompressed)
            : null;
    }
}
