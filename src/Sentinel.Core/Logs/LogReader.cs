using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Logs;

/// <summary>
/// Stands between a process and its log if the file system cannot remove the front of a file: writes what it reads, and begins a
/// new file when one is full. On a full disk it waits, and so does the process: nothing is lost. It also stands there if the user
/// wants the process to be unable to empty its log.
/// </summary>
/// <param name="compress">Starts to compress the backups of a log, without waiting for the end.</param>
public sealed class LogReader(string log, LogLimits limits, ILogFiles files, Action<string> compress) : IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private FileStream _file = Open(log, files);

    /// <summary>Goes on until nobody can write any more.</summary>
    public void Run(Stream from)
    {
        var block = new byte[BlockBytes];
        while (from.Read(block) is > 0 and var read)
            Take(block, read);
    }

    /// <summary>Writes what was read.</summary>
    public void Take(byte[] block, int count)
    {
        Insist(() =>
        {
            // After a failure, some of it may already be in the file.
            var before = _file.Length;
            try
            {
                _file.Write(block, 0, count);
            }
            catch (IOException)
            {
                _file.SetLength(before);
                throw;
            }
        });
        if (limits.MaxBytes == 0 || _file.Length < limits.MaxBytes)
            return;
        _file.Dispose();
        Insist(Rotate);
        if (limits.Compress)
            compress(log);
        _file = Open(log, files);
    }

    public void Dispose() => _file.Dispose();

    private static FileStream Open(string log, ILogFiles files)
    {
        var file = new FileStream(files.Home.OpenOrMake(log), FileAccess.Write, bufferSize: 0);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    private void Rotate()
    {
        using var journalFile = LogJournal.Lock(log, files);
        var journal = LogJournal.Read(journalFile);
        var length = files.Home.LengthOf(log) ?? 0;
        // Somebody else has rotated it just now.
        if (length < limits.MaxBytes)
            return;
        LogBackup.Shift(log, limits.Backups);
        if (limits.Backups == 0)
            File.Delete(log);
        else
            File.Move(log, new LogBackup(log, 1, IsCompressed: false).Path, overwrite: true);
        (journal with { Removed = journal.Removed + length, BackedUpTo = journal.Removed + length, Rotations = journal.Rotations + 1 }).Write(journalFile);
    }

    private static void Insist(Action work)
    {
        while (true)
            try
            {
                work();
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(RetryInterval);
            }
    }
}
