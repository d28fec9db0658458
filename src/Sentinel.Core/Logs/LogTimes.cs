using System.Buffers.Binary;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>
/// When the content of a log was written, as the daemon noted it in the file <c>.times</c> beside it: from each position on, at that
/// time or less than half a second later. Where nobody was there to note it, the time is not known.
/// </summary>
public sealed class LogTimes
{
    // A position and a time in ms since 1970, 0 if it is not known; each has 8 bytes, the lowest first.
    private const int EntryBytes = 2 * sizeof(long);

    private const int BlockBytes = 1024 * EntryBytes;

    /// <summary>Nothing is known.</summary>
    public static readonly LogTimes None = new();

    private readonly List<(long Position, long Milliseconds)> _entries = [];

    private LogTimes()
    {
    }

    /// <summary>Whether anything is known.</summary>
    public bool IsEmpty => _entries.All(entry => entry.Milliseconds == 0);

    public static string PathOf(string log) => log + ".times";

    /// <summary>Where it is rewritten before it takes its place.</summary>
    public static string DraftOf(string log) => PathOf(log) + ".new";

    public static bool Exists(string log, IHomeFiles files) => files.LengthOf(PathOf(log)) is not null;

    /// <summary>The last position that anything was noted for.</summary>
    public static long LastPosition(string log, IHomeFiles files)
    {
        using var file = files.OpenToRead(PathOf(log));
        if (file is null)
            return 0;
        Span<byte> last = stackalloc byte[EntryBytes];
        var length = RandomAccess.GetLength(file) / EntryBytes * EntryBytes;
        return RandomAccess.Read(file, last, Math.Max(0, length - EntryBytes)) == EntryBytes ? BinaryPrimitives.ReadInt64LittleEndian(last) : 0;
    }

    /// <param name="from">What is before need not be known: the file is read backwards from its end.</param>
    public static LogTimes Read(string log, IHomeFiles files, long from = long.MinValue)
    {
        var times = new LogTimes();
        using var file = files.OpenToRead(PathOf(log));
        var block = new byte[BlockBytes];
        var first = long.MaxValue;
        for (var end = file is null ? 0 : RandomAccess.GetLength(file) / EntryBytes * EntryBytes; end > 0 && first > from;)
        {
            var length = (int)Math.Min(BlockBytes, end);
            end -= length;
            length = RandomAccess.Read(file!, block.AsSpan(0, length), end) / EntryBytes * EntryBytes;
            for (var at = length - EntryBytes; at >= 0; at -= EntryBytes)
            {
                var position = BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(at));
                // For one position the last entry counts; an entry after which they go back belongs to an older file.
                if (position < first)
                    times._entries.Add((first = position, BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(at + sizeof(long)))));
            }
        }

        times._entries.Reverse();
        return times;
    }

    /// <summary>Notes that everything from a position on was written from a time on; null: nobody knows.</summary>
    public static void Append(string log, long position, DateTimeOffset? time, IHomeFiles files)
    {
        using var file = files.OpenOrMake(PathOf(log));
        RandomAccess.Write(file, Entry(position, time?.ToUnixTimeMilliseconds() ?? 0), RandomAccess.GetLength(file));
    }

    /// <summary>Forgets what is before a position.</summary>
    public static void Forget(string log, long before, IHomeFiles files)
    {
        var times = Read(log, files);
        var first = times.IndexOf(before);
        if (first <= 0)
            return;
        var kept = times._entries.Skip(first).SelectMany(entry => Entry(entry.Position, entry.Milliseconds)).ToArray();
        var draft = DraftOf(log);
        using (var file = files.MakeAnew(draft))
            RandomAccess.Write(file, kept, 0);
        File.Move(draft, PathOf(log), overwrite: true);
    }

    /// <summary>When the byte at a position was written, or a moment earlier; null when that is not known.</summary>
    public DateTimeOffset? Of(long position) =>
        IndexOf(position) is >= 0 and var at && _entries[at].Milliseconds is > 0 and var time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    /// <summary>The start of everything that may have been written from a time on.</summary>
    /// <param name="end">The end of the log.</param>
    public long StartAt(DateTimeOffset time, long end)
    {
        var start = end;
        // Backwards to what is known to be earlier.
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Milliseconds > 0 && _entries[i].Milliseconds < time.ToUnixTimeMilliseconds())
                return start;
            start = _entries[i].Position;
        }

        return 0;
    }

    /// <summary>The start of everything that was certainly written after a time.</summary>
    /// <inheritdoc cref="StartAt"/>
    public long EndAt(DateTimeOffset time, long end) =>
        _entries.Where(entry => entry.Milliseconds > time.ToUnixTimeMilliseconds()).Select(entry => entry.Position).FirstOrDefault(end);

    // The index of the last entry that is not after the position; -1 when there is none.
    private int IndexOf(long position)
    {
        var (low, high) = (0, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_entries[middle].Position <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    private static byte[] Entry(long position, long milliseconds)
    {
        var bytes = new byte[EntryBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, position);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(long)), milliseconds);
        return bytes;
    }
}
