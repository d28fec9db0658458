using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>What has become of a log since the last look.</summary>
public enum LogFate
{
    /// <summary>It was appended to, or rotated by us: nothing is lost.</summary>
    Grew,

    /// <summary>Somebody made it shorter, as opening /dev/stdout with truncation does.</summary>
    Emptied,

    /// <summary>Another file is in its place: it was renamed, or deleted and created anew.</summary>
    Replaced,
}

/// <summary>What is known of a log at one moment, to tell later whether it has only grown.</summary>
/// <param name="Start">The position at which it began.</param>
/// <param name="End">The position at which it ended.</param>
/// <param name="Identity">Which file it was; null: not known.</param>
/// <param name="Tail">Its last bytes: an emptied log may have grown to the same length again.</param>
public sealed record LogMark(long Start, long End, (ulong Device, ulong Number)? Identity, byte[] Tail)
{
    private const int TailBytes = 64;

    /// <summary>The mark of a log as it is now; null when there is none.</summary>
    public static LogMark? Of(string log, ILogFiles files)
    {
        if (LogEnd.Of(log, files.Home) is not { } end)
            return null;
        using var live = files.Home.OpenToRead(log);
        if (live is null)
            return null;
        var journal = LogJournal.Read(log, files.Home);
        var tail = new byte[Math.Clamp(end - journal.Removed - files.StartOfData(live), 0, TailBytes)];
        var read = journal.IsAtRest ? RandomAccess.Read(live, tail, end - journal.Removed - tail.Length) : 0;
        return new LogMark(journal.Removed, end, files.IdentityOf(live), read == tail.Length ? tail : []);
    }

    /// <summary>What became of the log, as far as can be told without the lock on it.</summary>
    public LogFate FateOf(string log, ILogFiles files)
    {
        using var live = files.Home.OpenToRead(log);
        return live is not null && LogJournal.Read(log, files.Home) is { IsAtRest: true } journal ? FateOf(live, journal, files) : LogFate.Grew;
    }

    internal LogFate FateOf(SafeFileHandle live, LogJournal journal, ILogFiles files)
    {
        // Positions have already moved on.
        if (journal.Removed >= End)
            return LogFate.Grew;
        if (Identity is { } identity && files.IdentityOf(live) != identity)
            return LogFate.Replaced;
        if (journal.Removed + RandomAccess.GetLength(live) < End)
            return LogFate.Emptied;
        var start = End - journal.Removed - Tail.Length;
        // What was rotated since is no longer there to be compared.
        if (start < files.StartOfData(live))
            return LogFate.Grew;
        var now = new byte[Tail.Length];
        return RandomAccess.Read(live, now, start) == now.Length && now.AsSpan().SequenceEqual(Tail) ? LogFate.Grew : LogFate.Emptied;
    }
}
