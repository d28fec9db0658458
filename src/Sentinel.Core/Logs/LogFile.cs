using Microsoft.Win32.SafeHandles;

namespace Sentinel.Core.Logs;

public enum LogStream
{
    Stdout,
    Stderr,
}

/// <summary>What a process wrote to one of its streams.</summary>
/// <param name="Process">Its name.</param>
public sealed record LogFile(string Process, LogStream Stream, string Path)
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Null when there is no such file.</summary>
    public SafeFileHandle? Open()
    {
        try
        {
            return File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Empties it in place: its process goes on writing to it, at what is now its start.</summary>
    public void Clear()
    {
        if (File.Exists(Path))
            File.OpenHandle(Path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
    }

    /// <summary>
    /// Where the last <paramref name="lines"/> lines begin. Reads backwards, in blocks: it costs what these lines are long,
    /// not what the file is.
    /// </summary>
    /// <param name="end">Where the text ends, in bytes.</param>
    public static long StartOfLastLines(SafeFileHandle file, int lines, long end)
    {
        if (lines == 0)
            return end;
        var block = new byte[BlockBytes];
        // A line end at the very end closes the last line and begins none.
        var position = end > 0 && RandomAccess.Read(file, block.AsSpan(0, 1), end - 1) == 1 && block[0] == '\n' ? end - 1 : end;
        while (position > 0)
        {
            var start = Math.Max(0, position - BlockBytes);
            var read = RandomAccess.Read(file, block.AsSpan(0, (int)(position - start)), start);
            for (var i = read; (i = block.AsSpan(0, i).LastIndexOf((byte)'\n')) >= 0;)
                if (--lines == 0)
                    return start + i + 1;
            position = start;
        }

        return 0;
    }

    /// <summary>Hands on what stands from <paramref name="start"/> to <paramref name="end"/>, a block at a time.</summary>
    /// <returns>Where it ended: before <paramref name="end"/> if the file did.</returns>
    public static long Read(SafeFileHandle file, long start, long end, Action<ReadOnlyMemory<byte>> write)
    {
        var block = new byte[BlockBytes];
        while (start < end)
        {
            var read = RandomAccess.Read(file, block.AsSpan(0, (int)Math.Min(BlockBytes, end - start)), start);
            if (read == 0)
                break;
            write(block.AsMemory(0, read));
            start += read;
        }

        return start;
    }
}
