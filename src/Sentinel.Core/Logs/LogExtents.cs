using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>The parts of a file that are not holes. A program can make a hole of any size in its log, at no cost.</summary>
internal static class LogExtents
{
    private const int CopyBytes = 256 * 1024;

    /// <summary>The parts between two offsets, one after another.</summary>
    public static IEnumerable<(long Start, long End)> Of(SafeFileHandle file, long start, long end, ILogFiles files)
    {
        for (var from = files.NextData(file, start); from < end;)
        {
            var to = Math.Min(files.NextHole(file, from), end);
            // The file has become shorter meanwhile.
            if (to <= from)
                yield break;
            yield return (from, to);
            from = files.NextData(file, to);
        }
    }

    /// <summary>Whether there are more bytes of data than this; looks no further than that takes.</summary>
    public static bool AreMoreThan(SafeFileHandle file, long start, long end, long bytes, ILogFiles files)
    {
        foreach (var extent in Of(file, start, end, files))
            if ((bytes -= extent.End - extent.Start) < 0)
                return true;
        return false;
    }

    /// <summary>Copies a part of a file, with its holes, to a new file.</summary>
    public static void Copy(SafeFileHandle from, long start, long end, string to, ILogFiles files)
    {
        using var copy = files.Home.MakeAnew(to);
        foreach (var (at, until) in Of(from, start, end, files))
            if (!files.Copy(from, at, until, copy, at - start))
                CopyByHand(from, at, until, copy, at - start);
        if (RandomAccess.GetLength(copy) < end - start)
            RandomAccess.SetLength(copy, end - start);
    }

    private static void CopyByHand(SafeFileHandle from, long start, long end, SafeFileHandle to, long at)
    {
        var block = new byte[CopyBytes];
        while (start < end)
        {
            var read = RandomAccess.Read(from, block.AsSpan(0, (int)Math.Min(CopyBytes, end - start)), start);
            if (read == 0)
                throw new IOException("the log became shorter while it was copied");
            RandomAccess.Write(to, block.AsSpan(0, read), at);
            (start, at) = (start + read, at + read);
        }
    }
}
