using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>
/// Moves the oldest part of a log into a backup. The process that writes it notices nothing and no byte is lost or doubled,
/// whoever is killed when: the part is copied, the copy takes its place, and only then is the part taken away here, in steps that
/// can be repeated. A front that is a hole has been moved.
/// </summary>
public sealed class LogRotation(ILogFiles files)
{
    private const int CopyBytes = 256 * 1024;
    private const int MuchBytes = 1024 * 1024;

    /// <summary>Rotates a log that is larger than it may be.</summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="IOException">It could not be done; the log is as it was.</exception>
    public bool RotateIfLarge(string log, LogLimits limits) =>
        limits.MaxBytes > 0 && files.Home.LengthOf(log) > limits.MaxBytes && Rotate(log, limits, limits.MaxBytes);

    /// <summary>Rotates a log now, however large it is: all of it but what does not fill a block.</summary>
    /// <inheritdoc cref="RotateIfLarge"/>
    public bool Rotate(string log, LogLimits limits) => Rotate(log, limits, 0);

    /// <summary>How much of a log is still to be rotated: all that is not a hole.</summary>
    public long DataBytes(string log)
    {
        using var file = files.Home.OpenToRead(log);
        return file is null ? 0 : RandomAccess.GetLength(file) - files.StartOfData(file);
    }

    /// <summary>Cuts off a hole that was left at the front of a log: who looks at the file itself would read it as zeros.</summary>
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

    /// <summary>Empties a log, and forgets its backups: the process goes on writing at the start of the file.</summary>
    public void Clear(string log)
    {
        if (IsThere(log))
        {
            using var journalFile = LogJournal.Lock(log, files);
            using var live = OpenLive(log);
            var journal = Recovered(log, live, LogJournal.Read(journalFile), journalFile);
            // Positions go on where they were, so that nobody takes what comes for what was.
            var length = RandomAccess.GetLength(live);
            RandomAccess.SetLength(live, 0);
            (journal with { Removed = journal.Removed + length }).Write(journalFile);
        }

        foreach (var backup in LogBackup.Of(log))
            File.Delete(backup.Path);
    }

    /// <summary>All files that belong to a log, itself included.</summary>
    public static IEnumerable<string> FilesOf(string log) =>
    [
        log, .. LogBackup.Of(log).Select(backup => backup.Path), LogBackup.DraftOf(log),
        LogJournal.PathOf(log), LogTimes.PathOf(log), LogTimes.DraftOf(log),
    ];

    /// <summary>How logs in a folder, which is there, can be rotated.</summary>
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
            // Who reads it does it, when it is large.
            return atLeast > 0 ? false : throw new IOException("this file system can take nothing out of a file: it is done when the log is as large as it may be");
        using var journalFile = LogJournal.Lock(log, files);
        using var live = OpenLive(log);
        var journal = Recovered(log, live, LogJournal.Read(journalFile), journalFile);

        // What remains is less than a block and not nothing: a file cannot be cut off at its end.
        var block = files.BlockBytes(live);
        var length = RandomAccess.GetLength(live);
        var start = files.StartOfData(live);
        var end = Math.Max(length - 1, 0) / block * block;
        if (length - start <= atLeast || end <= start)
            return false;

        if (limits.Backups > 0)
        {
            var draft = LogBackup.DraftOf(log);
            // While a copy fills the disk, the process that writes the log could not: it is not even begun. How small a compressed
            // one becomes nobody knows.
            if (!limits.Compress && end - start > new DriveInfo(Path.GetFullPath(log)).AvailableFreeSpace)
                throw new IOException($"No space left on device for a backup: {draft}");
            try
            {
                Copy(live, start, end, draft, limits.Compress);
                journal = (journal with { Copied = end }).Write(journalFile);
            }
            catch
            {
                File.Delete(draft);
                throw;
            }

            LogBackup.Shift(log, limits.Backups);
            var backup = new LogBackup(log, 1, limits.Compress).Path;
            File.Move(draft, backup, overwrite: true);
            Flush(backup);
        }
        else
        {
            // Whoever reads is told before there is a hole.
            journal = (journal with { Copied = end }).Write(journalFile);
            LogBackup.Shift(log, keep: 0);
        }

        TakeAway(live, end, journal with { Copied = 0 }, journalFile);
        return true;
    }

    // Punched first, which may be repeated; then there is a hole for as long as it has not been cut off.
    private LogJournal TakeAway(SafeFileHandle live, long end, LogJournal journal, SafeFileHandle journalFile)
    {
        // The process has emptied it meanwhile: what stands there now was never copied.
        if (RandomAccess.GetLength(live) < end)
            return journal.Write(journalFile);
        if (!files.Punch(live, end))
            throw new IOException("the file system cannot give back the front of a file");
        // To cut it off the kernel first writes all that follows to the disk, and whoever appends waits: while much comes a hole is left.
        return RandomAccess.GetLength(live) - end > MuchBytes ? journal.Write(journalFile) : Cut(live, end, journal, journalFile);
    }

    private LogJournal Cut(SafeFileHandle live, long end, LogJournal journal, SafeFileHandle journalFile)
    {
        journal = (journal with { Collapsing = end }).Write(journalFile);
        var isCut = files.Collapse(live, end);
        return (journal with { Collapsing = 0, Removed = journal.Removed + (isCut ? end : 0) }).Write(journalFile);
    }

    // Finishes or undoes what somebody was doing when he was killed.
    private LogJournal Recovered(string log, SafeFileHandle live, LogJournal journal, SafeFileHandle journalFile)
    {
        var draft = LogBackup.DraftOf(log);
        if (journal.Copied > 0)
        {
            if (LogBackup.IsCopied(log, live, journal.Copied, files))
            {
                Flush(LogBackup.Of(log)[0].Path);
                return TakeAway(live, journal.Copied, journal with { Copied = 0 }, journalFile);
            }

            journal = (journal with { Copied = 0 }).Write(journalFile);
        }

        File.Delete(draft);
        if (journal.Collapsing > 0)
        {
            var wasCut = files.StartOfData(live) < journal.Collapsing;
            journal = (journal with { Collapsing = 0, Removed = journal.Removed + (wasCut ? journal.Collapsing : 0) }).Write(journalFile);
        }

        return journal;
    }

    private void Copy(SafeFileHandle from, long start, long end, string to, bool compress)
    {
        using var file = new FileStream(files.Home.MakeAnew(to), FileAccess.Write, bufferSize: 0);
        if (compress)
        {
            using var target = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
            Copy(from, start, end, target);
        }
        else if (!files.Copy(from, start, end, file.SafeFileHandle))
        {
            file.SetLength(0);
            Copy(from, start, end, file);
        }
    }

    private static void Copy(SafeFileHandle from, long start, long end, Stream to)
    {
        var block = new byte[CopyBytes];
        while (start < end)
        {
            var read = RandomAccess.Read(from, block.AsSpan(0, (int)Math.Min(CopyBytes, end - start)), start);
            if (read == 0)
                throw new IOException("the log became shorter while it was copied");
            to.Write(block, 0, read);
            start += read;
        }
    }

    private bool IsThere(string log)
    {
        using var file = files.Home.OpenToRead(log);
        return file is not null;
    }

    // On the disk with its name, before anything is taken away. What is in the journal need not be: after a loss of power it is at
    // worst there twice.
    private void Flush(string backup)
    {
        using var file = files.Home.OpenToChange(backup) ?? throw new IOException($"{backup} has gone");
        RandomAccess.FlushToDisk(file);
    }

    private SafeFileHandle OpenLive(string log) => files.Home.OpenToChange(log) ?? throw new IOException($"{log} has gone");
}
