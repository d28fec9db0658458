using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>
/// Compresses the backups of a log, in a process of its own that nobody waits for. No matter which process is killed when, a backup
/// is there: the plain one goes once the compressed one has its name and is on the disk, and the next process redoes what is half done.
/// </summary>
public sealed class LogCompression(ILogFiles files)
{
    private const int BlockBytes = 256 * 1024;

    // The size of a longer one does not fit into the field at its end; see RFC 1952, ISIZE.
    private const long MostBytes = uint.MaxValue;

    /// <summary>Goes on until no backup is left to compress, including new ones; returns at once if another process is doing so.</summary>
    public void Run(string log)
    {
        do
        {
            using var turn = files.Home.OpenOrMake(LogJournal.PathOf(log));
            if (!files.TryLockTurn(turn))
                return;
            Discard(log);
            while (Next(log) is { } plain)
                using (plain)
                    Compress(log, plain);
        }
        // A process that began after our last look found us still at work and left.
        while (IsAnyLeft(log));
    }

    private bool IsAnyLeft(string log)
    {
        using var next = Next(log);
        return next is not null;
    }

    // The oldest, which would be deleted first.
    private SafeFileHandle? Next(string log)
    {
        foreach (var backup in LogBackup.Of(log).Where(backup => !backup.IsCompressed).Reverse())
        {
            if (backup.Open(files.Home) is not { } file)
                continue;
            var length = RandomAccess.GetLength(file);
            // A hole would have to be written out.
            if (length <= MostBytes && files.NextHole(file, 0) >= length)
                return file;
            file.Dispose();
        }

        return null;
    }

    // What a killed process left unfinished.
    private void Discard(string log)
    {
        using var journal = LogJournal.Lock(log, files);
        File.Delete(LogBackup.CompressedDraftOf(log));
        foreach (var half in LogBackup.All(log).Except(LogBackup.Of(log)))
            File.Delete(half.Path);
    }

    private void Compress(string log, SafeFileHandle plain)
    {
        var draft = LogBackup.CompressedDraftOf(log);
        try
        {
            using (var file = new FileStream(files.Home.MakeAnew(draft), FileAccess.Write, bufferSize: 0))
            {
                using (var target = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
                    Copy(plain, target);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            using var journalFile = LogJournal.Lock(log, files);
            // The backup may have moved on meanwhile, or be gone.
            if (Find(log, files.IdentityOf(plain)) is not { } backup)
                return;
            var compressed = backup with { IsCompressed = true };
            File.Move(draft, compressed.Path, overwrite: true);
            Flush(compressed.Path);
            File.Delete(backup.Path);
            // This makes readers look again.
            LogJournal.Read(journalFile).Write(journalFile);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private LogBackup? Find(string log, (ulong, ulong) identity) => LogBackup.Of(log).FirstOrDefault(backup =>
    {
        using var file = backup.IsCompressed ? null : backup.Open(files.Home);
        return file is not null && files.IdentityOf(file) == identity;
    });

    private static void Copy(SafeFileHandle from, Stream to)
    {
        var block = new byte[BlockBytes];
        for (long at = 0; RandomAccess.Read(from, block, at) is > 0 and var read; at += read)
            to.Write(block, 0, read);
    }

    private void Flush(string path)
    {
        using var file = files.Home.OpenToChange(path) ?? throw new IOException($"{path} is gone");
        RandomAccess.FlushToDisk(file);
    }
}
