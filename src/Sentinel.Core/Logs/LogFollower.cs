using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>Hands on what is written to logs as it is written, through truncation and replacement of the files.</summary>
/// <param name="write">Given a log and what was added to it.</param>
public sealed class LogFollower(IFileWatch watch, Action<LogFile, ReadOnlyMemory<byte>> write)
{
    /// <summary>Follows until nobody reads our output any more.</summary>
    /// <param name="logs">
    /// Each log with the file, still open, that has been shown up to the offset: it may have been replaced since. Null when
    /// there was none.
    /// </param>
    public void Follow(IReadOnlyList<(LogFile Log, SafeFileHandle? File, long Offset)> logs)
    {
        foreach (var folder in logs.Select(log => Path.GetDirectoryName(log.Log.Path)!).Distinct())
            watch.Add(folder);
        foreach (var (log, _, _) in logs)
            watch.Add(log.Path);
        var followed = logs.Select(log => new Followed(log.Log, log.File, log.Offset)).ToList();
        do
        {
            foreach (var log in followed)
                log.Advance(watch, write);
        }
        while (watch.Wait());
    }

    private sealed class Followed(LogFile log, SafeFileHandle? file, long offset)
    {
        private SafeFileHandle? _file = file;
        private long _offset = offset;

        public void Advance(IFileWatch watch, Action<LogFile, ReadOnlyMemory<byte>> write)
        {
            Drain(write);
            var current = log.Open();
            if (current is null || (_file is not null && watch.AreSame(_file, current)))
            {
                current?.Dispose();
                return;
            }

            // Drained once more before it is let go: what was written last is in the old file.
            Drain(write);
            _file?.Dispose();
            watch.Add(log.Path);
            (_file, _offset) = (current, 0);
            Drain(write);
        }

        private void Drain(Action<LogFile, ReadOnlyMemory<byte>> write)
        {
            if (_file is null)
                return;
            var length = RandomAccess.GetLength(_file);
            // It was truncated: what is there now is new.
            if (length < _offset)
                _offset = 0;
            _offset = LogFile.Read(_file, _offset, length, bytes => write(log, bytes));
        }
    }
}
