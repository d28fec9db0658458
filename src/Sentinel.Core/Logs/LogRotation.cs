using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Logs;

/// <summary>
/// Moves the oldest part of a log into a backup. The process that writes it notices nothing, and no byte is lost or doubled, no
/// matter which process is killed when: the part is copied, the copy takes its place, and only then is the part removed here, in
/// steps that can be repeated. A hole at the front has been moved; holes further on, which a program has made, stay holes and cost
/// nothing. Backups are compressed later, by a process that nobody waits for: see <see cref="LogCompression"/>.
/// </summary>
/// <param name="time">Null: the system's.</param>
public sealed class LogRotation(ILogFiles files, TimeProvider? time = null)
{
    // Whoever follows a log that is emptied has seen more of it than we know.
    private const long Leap = 1L << 30;

    // Positions are not counted beyond this: a program made a hole as large as a file can be.
    private const long MostRemoved = 1L << 61;
    private const int MuchBytes = 1024 * 1024;

    /// <summary>Rotates a log that is larger than it may be.</summary>
    /// <returns>Whether it was rotated.</returns>
    /// <exception cref="IOException">It could not be done; the log is as it was.</exception>
    public bool RotateIfLarge(string log, LogLimits limits) =>
        limits.MaxBytes > 0 && files.Home.LengthOf(log) > limits.MaxBytes && Rotate(log, limits, limits.MaxBytes);

    /// <summary>Rotates a log now, however large it is: all of it except what does not fill a block.</summary>
    /// <inheritdoc cref="RotateIfLarge"/>
    public bool Rotate(string log, LogLimits limits) => Rotate(log, limits, 0);

    /// <summary>How many bytes of a log are still to be rotated: all that are not in a hole.</summary>
    public long DataBytes(string log)
    {
        using var file = files.Home.OpenToRead(log);
        return file is null ? 0 : LogExtents.Of(file, 0, RandomAccess.GetLength(file), files).Sum(extent => extent.End - extent.Start);
    }

    /// <summary>
    /// Notes that a log was emptied, or replaced by another file: positions move on, so that nobody mistakes what comes for what
    /// was there before.
    /// </summary>
    /// <param name="mark">What was known of it before.</param>
    /// <returns>What became of it, and how many bytes were lost.</returns>
    public (LogFate Fate, long Lost) NoteLoss(string log, LogMark mark)
    {
        if (!IsThere(log))
            return (LogFate.Grew, 0);
        using var journalFile = LogJournal.Lock(log, files);
        using var live = OpenLive(log);
        var journal = Recovered(log, live, LogJournal.Read(journalFile), journalFile);
        var fate = mark.FateOf(live, journal, files);
        if (fate == LogFate.Grew)
            return (fate, 0);
        journal = Leapt(journal, mark.End);
        (fate == LogFate.Emptied ? Emptied(journal, mark.End - mark.Start) : journal).Write(journalFile);
        return (fate, Math.Max(0, mark.End - mark.Start));
    }

    /// <summary>When a log was last found to have been emptied by somebody else, and how many bytes were lost; null: never.</summary>
    public static (DateTimeOffset At, long Lost)? EmptyingOf(string log, IHomeFiles files) => LogJournal.Read(log, files) is { EmptiedAt: > 0 } journal
        ? (DateTimeOffset.FromUnixTimeMilliseconds(journal.EmptiedAt), journal.Lost)
        : null;

    /// <summary>Cuts off a hole that was left at the front of a log: anybody who looks at the file itself would read it as zeros.</summary>
    public void CutHole(string log)
    {
        if (files.Home.LengthOf(log) is null)
            return;
        using var journalFile = LogJournal.Lock(log, files);
        using var live = OpenLive(log);
        var journal = Recovered(log, live, LogJournal.Read(journalFile), journalFile);
        var block = files.BlockBytes(live);
        var end = Math.Min(files.StartOfData(live), Math.Max(RandomAccess.GetLength(live) - 1, 0)) / block * block;
        if (end > 0)
            Cut(live, end, journal, journalFile);
    }

    /// <summary>Empties a log and deletes its backups; the process goes on writing at the start of the file.</summary>
    public void Clear(string log)
    {
        if (IsThere(log))
        {
            using var journalFile = LogJournal.Lock(log, files);
            using var live = OpenLive(log);
            var journal = Recovered(log, live, LogJournal.Read(journalFile), journalFile);
            // Positions go on where they were, so that nobody mistakes what comes for what was there before.
            var length = RandomAccess.GetLength(live);
            RandomAccess.SetLength(live, 0);
            (journal with { Removed = Further(journal.Removed, length), BackedUpTo = 0, Gaps = [], EmptiedAt = 0, Lost = 0 }).Write(journalFile);
        }

        foreach (var backup in LogBackup.All(log))
            File.Delete(backup.Path);
    }

    /// <summary>All files that belong to a log, itself included.</summary>
    public static IEnumerable<string> FilesOf(string log) =>
    [
        log, .. LogBackup.All(log).Select(backup => backup.Path), LogBackup.DraftOf(log), LogBackup.CompressedDraftOf(log),
        LogJournal.PathOf(log), LogTimes.PathOf(log), LogTimes.DraftOf(log),
    ];

    /// <summary>How logs in an existing folder can be rotated.</summary>
    public LogRung RungOf(string folder)
    {
        if (files.KnownOf(folder) is { } known)
            return known;
        using (var nameless = files.OpenNameless(folder))
            if (nameless is not null)
                return RungOf(nameless);
        var path = Path.Combine(folder, $".probe-{Environment.ProcessId}");
        try
        {
            using var file = files.Home.MakeAnew(path);
            File.Delete(path);
            return RungOf(file);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Tried on an empty file.
    private LogRung RungOf(SafeFileHandle file)
    {
        var block = files.BlockBytes(file);
        RandomAccess.Write(file, new byte[(2 * block) + 1], 0);
        if (!files.Punch(file, block) || files.StartOfData(file) != block)
            return LogRung.Reader;
        return files.Collapse(file, block) ? LogRung.Collapse : LogRung.Punch;
    }

    private bool Rotate(string log, LogLimits limits, long atLeast)
    {
        if (!IsThere(log) || files.Home.LengthOf(log) is not > 0)
            return false;
        if (RungOf(Path.GetDirectoryName(log)!) == LogRung.Reader)
            // The process that reads it rotates it, once it is large.
            return atLeast > 0 ? false : throw new IOException("this file system cannot remove the front of a file: a log is rotated only when it reaches its limit");
        using var journalFile = LogJournal.Lock(log, files);
        using var live = OpenLive(log);
        var journal = Recovered(log, live, LogJournal.Read(journalFile), journalFile);

        // What remains is less than a block and not nothing: a file cannot be cut off up to its end.
        var block = files.BlockBytes(live);
        var length = RandomAccess.GetLength(live);
        var start = files.StartOfData(live);
        var end = Math.Max(length - 1, 0) / block * block;
        if (end <= start || !LogExtents.AreMoreThan(live, start, length, atLeast, files))
            return false;

        if (limits.Backups > 0)
        {
            var draft = LogBackup.DraftOf(log);
            // A copy that filled the disk would stop the process that writes the log, so such a copy is not even begun.
            if (LogExtents.AreMoreThan(live, start, end, new DriveInfo(Path.GetFullPath(log)).AvailableFreeSpace, files))
                throw new IOException($"No space left on device for a backup: {draft}");
            try
            {
                LogExtents.Copy(live, start, end, draft, files);
                journal = (journal with { Copied = end }).Write(journalFile);
            }
            catch
            {
                File.Delete(draft);
                throw;
            }

            LogBackup.Shift(log, limits.Backups);
            var backup = new LogBackup(log, 1, IsCompressed: false).Path;
            File.Move(draft, backup, overwrite: true);
            Flush(backup);
        }
        else
        {
            // Readers learn of it before there is a hole.
            journal = (journal with { Copied = end }).Write(journalFile);
            LogBackup.Shift(log, keep: 0);
        }

        TakeAway(live, end, Moved(journal, start, end), journalFile);
        return true;
    }

    // Notes which part of the log is now in the newest backup, and the gap before it if something was lost there.
    private static LogJournal Moved(LogJournal journal, long start, long end)
    {
        var (from, to) = (journal.Removed + start, journal.Removed + end);
        return journal with
        {
            Copied = 0,
            BackedUpTo = to,
            Rotations = journal.Rotations + 1,
            Gaps = journal.BackedUpTo > 0 && from > journal.BackedUpTo ? [.. journal.Gaps, (journal.BackedUpTo, from)] : journal.Gaps,
        };
    }

    // Punches first, which can be repeated; then there is a hole until the front is cut off.
    private LogJournal TakeAway(SafeFileHandle live, long end, LogJournal journal, SafeFileHandle journalFile)
    {
        // The process has emptied it meanwhile: what is there now was never copied.
        if (RandomAccess.GetLength(live) < end)
            return Emptied(Leapt(journal, journal.Removed + end), 0).Write(journalFile);
        if (!files.Punch(live, end))
            throw new IOException("the file system cannot free the front of a file");
        // To cut off the front, the kernel first writes all that follows to the disk, and writers wait: if much follows, leave a hole.
        return RandomAccess.GetLength(live) - end > MuchBytes ? journal.Write(journalFile) : Cut(live, end, journal, journalFile);
    }

    private LogJournal Cut(SafeFileHandle live, long end, LogJournal journal, SafeFileHandle journalFile)
    {
        journal = (journal with { Collapsing = end }).Write(journalFile);
        var isCut = files.Collapse(live, end);
        return (journal with { Collapsing = 0, Removed = Further(journal.Removed, isCut ? end : 0) }).Write(journalFile);
    }

    private static long Further(long removed, long bytes) => removed <= MostRemoved && bytes <= MostRemoved ? removed + bytes : 0;

    private static LogJournal Leapt(LogJournal journal, long end)
    {
        var removed = Further(end, Leap);
        return journal with
        {
            Removed = removed,
            Leapt = journal.Leapt + (removed - journal.Removed),
            Skipped = journal.Skipped + Math.Max(0, removed - end),
            BackedUpTo = journal.BackedUpTo > 0 ? journal.BackedUpTo : journal.Removed,
        };
    }

    private LogJournal Emptied(LogJournal journal, long lost) => journal with
    {
        EmptiedAt = (time ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds(),
        Lost = Math.Max(0, lost),
    };

    // Finishes or undoes what a killed process was doing.
    private LogJournal Recovered(string log, SafeFileHandle live, LogJournal journal, SafeFileHandle journalFile)
    {
        var draft = LogBackup.DraftOf(log);
        if (journal.Copied > 0)
        {
            if (LogBackup.IsCopied(log, live, journal.Copied, files))
            {
                var newest = LogBackup.Of(log)[0];
                Flush(newest.Path);
                return TakeAway(live, journal.Copied, Moved(journal, journal.Copied - newest.Bytes(files.Home), journal.Copied), journalFile);
            }

            journal = (journal with { Copied = 0 }).Write(journalFile);
        }

        File.Delete(draft);
        if (journal.Collapsing > 0)
        {
            var wasCut = files.StartOfData(live) < journal.Collapsing;
            journal = (journal with { Collapsing = 0, Removed = Further(journal.Removed, wasCut ? journal.Collapsing : 0) }).Write(journalFile);
        }

        return journal;
    }

    private bool IsThere(string log)
    {
        using var file = files.Home.OpenToRead(log);
        return file is not null;
    }

    // The backup is on the disk, with its name, before anything is removed. The journal need not be: after a loss of power, the
    // content is at worst there twice.
    private void Flush(string backup)
    {
        using var file = files.Home.OpenToChange(backup) ?? throw new IOException($"{backup} is gone");
        RandomAccess.FlushToDisk(file);
    }

    private SafeFileHandle OpenLive(string log) => files.Home.OpenToChange(log) ?? throw new IOException($"{log} is gone");
}
