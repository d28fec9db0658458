using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>
/// What was done to a log, in the file <c>.journal</c> beside it: how far its positions have moved and, while it is rotated, what
/// must be finished or undone. Whoever changes a log has the lock on it; whoever reads needs none, and reads it before and after.
/// </summary>
/// <param name="Generation">Grows with each change: two readings that are equal have nothing between them.</param>
/// <param name="Removed">How many bytes the file has lost at its front: position = Removed + offset in the file.</param>
/// <param name="Copied">Not 0: all before this offset may be in the newest backup, and is then still to be taken away here.</param>
/// <param name="Collapsing">Not 0: so much is being cut off at the front, which is a hole until it has been.</param>
internal readonly record struct LogJournal(long Generation, long Removed, long Copied, long Collapsing)
{
    // Rewritten in place, by one write that fits into a block, so that it needs no space and is never half.
    private const string Format = "{0:d19} {1:d19} {2:d19} {3:d19}\n";
    private const int Length = 80;

    /// <summary>Whether nothing is to be finished or undone.</summary>
    public bool IsAtRest => Copied == 0 && Collapsing == 0;

    public static string PathOf(string log) => log + ".journal";

    /// <summary>Zero where nothing was ever done.</summary>
    public static LogJournal Read(string log, IHomeFiles files)
    {
        // Most have none, and this look is cheaper than opening.
        if (files.LengthOf(PathOf(log)) is null)
            return default;
        using var file = files.OpenToRead(PathOf(log));
        return file is null ? default : Read(file);
    }

    /// <summary>Opens it and waits until nobody else changes the log.</summary>
    public static SafeFileHandle Lock(string log, ILogFiles files)
    {
        var file = files.Home.OpenOrMake(PathOf(log));
        try
        {
            files.Lock(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static LogJournal Read(SafeFileHandle file)
    {
        Span<byte> bytes = stackalloc byte[Length];
        // One that is not whole has never been written.
        if (RandomAccess.Read(file, bytes, 0) < Length)
            return default;
        var numbers = Encoding.ASCII.GetString(bytes).TrimEnd('\n').Split(' ');
        return new LogJournal(Number(0), Number(1), Number(2), Number(3));

        long Number(int i) => long.TryParse(numbers.ElementAtOrDefault(i), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Writes it down as the next generation.</summary>
    public LogJournal Write(SafeFileHandle file)
    {
        var next = this with { Generation = Generation + 1 };
        RandomAccess.Write(
            file,
            Encoding.ASCII.GetBytes(string.Format(CultureInfo.InvariantCulture, Format, next.Generation, next.Removed, next.Copied, next.Collapsing)),
            0);
        return next;
    }
}
