using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>
/// What was done to a log, in the file <c>.journal</c> beside it: how far its positions have moved and, during a rotation, what
/// must be finished or undone. A process that changes the log holds the journal's lock; a reader needs no lock, and reads the
/// journal before and after.
/// </summary>
/// <param name="Generation">Grows with each change: between two equal readings nothing has changed.</param>
/// <param name="Removed">How many bytes the file has lost at its front: position = Removed + offset in the file.</param>
/// <param name="Copied">Not 0: everything before this offset may be in the newest backup, and must then still be removed here.</param>
/// <param name="Collapsing">Not 0: this many bytes are being cut off at the front, which is a hole until that is done.</param>
internal readonly record struct LogJournal(long Generation, long Removed, long Copied, long Collapsing)
{
    // Rewritten in place, by one write that fits into a block, so that it needs no space and is never half written. Earlier
    // versions wrote and read only the first four numbers.
    private const int Digits = 19;
    private const int LeastNumbers = 4;
    private const int Numbers = 8;
    private const int MostGaps = 8;
    private const int NumbersBehindGaps = 2;
    private const int Length = (Numbers + (2 * MostGaps) + NumbersBehindGaps) * (Digits + 1);

    // The positions of what was lost between two backups, or between the newest and the log; the oldest first.
    private readonly (long From, long To)[]? _gaps;

    /// <summary>The position that the newest backup ends at; 0: where the log begins.</summary>
    public long BackedUpTo { get; init; }

    /// <summary>When the log was last found to have been emptied by somebody else, in ms since 1970; 0: never.</summary>
    public long EmptiedAt { get; init; }

    /// <summary>How many bytes were lost then, as far as is known.</summary>
    public long Lost { get; init; }

    /// <summary>How far positions have leapt because of such losses, in all.</summary>
    public long Leapt { get; init; }

    /// <summary>How many of the positions before the end of the log never had a byte, because positions have leapt over them.</summary>
    public long Skipped { get; init; }

    /// <summary>How often it was rotated.</summary>
    public long Rotations { get; init; }

    /// <summary>The positions of what was lost between backups, or between the newest and the log; the oldest first.</summary>
    public IReadOnlyList<(long From, long To)> Gaps
    {
        get => _gaps ?? [];
        init => _gaps = value.Count == 0 ? null : [.. value.TakeLast(MostGaps)];
    }

    /// <summary>Whether nothing is to be finished or undone.</summary>
    public bool IsAtRest => Copied == 0 && Collapsing == 0;

    public static string PathOf(string log) => log + ".journal";

    /// <summary>Zero if nothing was ever done.</summary>
    public static LogJournal Read(string log, IHomeFiles files)
    {
        // Most logs have none, and this look is cheaper than opening it.
        if (files.LengthOf(PathOf(log)) is null)
            return default;
        using var file = files.OpenToRead(PathOf(log));
        return file is null ? default : Read(file);
    }

    /// <summary>Opens the journal and waits until nobody else is changing the log.</summary>
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
        var read = RandomAccess.Read(file, bytes, 0);
        // A journal that is not whole has never been written.
        if (read < LeastNumbers * (Digits + 1))
            return default;
        var numbers = Encoding.ASCII.GetString(bytes[..read]).Split([' ', '\n']);
        var gaps = Enumerable.Range(0, MostGaps).Select(i => (From: Number(Numbers + (2 * i)), To: Number(Numbers + (2 * i) + 1)));
        return new LogJournal(Number(0), Number(1), Number(2), Number(3))
        {
            BackedUpTo = Number(4),
            EmptiedAt = Number(5),
            Lost = Number(6),
            Leapt = Number(7),
            Gaps = [.. gaps.Where(gap => gap.To > 0)],
            Rotations = Number(Numbers + (2 * MostGaps)),
            Skipped = Number(Numbers + (2 * MostGaps) + 1),
        };

        long Number(int i) => long.TryParse(numbers.ElementAtOrDefault(i), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>Writes it as the next generation.</summary>
    public LogJournal Write(SafeFileHandle file)
    {
        var next = this with { Generation = Generation + 1 };
        var gaps = next.Gaps.SelectMany(gap => new[] { gap.From, gap.To });
        IEnumerable<long> numbers =
        [
            next.Generation, next.Removed, next.Copied, next.Collapsing, next.BackedUpTo, next.EmptiedAt, next.Lost, next.Leapt, .. gaps,
            .. Enumerable.Repeat(0L, 2 * (MostGaps - next.Gaps.Count)), next.Rotations, next.Skipped,
        ];
        RandomAccess.Write(
            file, Encoding.ASCII.GetBytes(string.Join(' ', numbers.Select(number => number.ToString("d19", CultureInfo.InvariantCulture))) + "\n"), 0);
        return next;
    }
}
