using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>Hands on what is written to logs as it is written, through truncation and replacement of the files.</summary>
/// <param name="write">Given a log and what was added to it.</param>
public sealed class LogFollower(IFileWatch watch, Action<LogFile, ReadOnlyMemory<byte>> write)
{
    /// <summary>Follows from the given offsets until nobody reads our output any more.</summary>
    /// <param name="logs">Each log with the offset from which on it has not been shown.</param>
    public void Follow(IReadOnlyList<(LogFile Log, long Offset)> logs)
    {
        foreach (var folder in logs.Select(log => Path.GetDirectoryName(log.Log.Path)!).Distinct())
            watch.Add(folder);
        var followed = logs.Select(log => new Followed(log.Log, log.Offset)).ToList();
        do
        {
            foreach (var log in followed)
                log.Advance(watch, write);
        }
        while (watch.Wait());
    }

    private sealed class Followed(LogFile log, long offset)
    {
        private SafeFileHandle? _file;
        private long _offset = offset;
        private bool _isFirst = true;

        public void Advance(IFileWatch watch, Action<LogFile, ReadOnlyMemory<byte>> write)
        {
            Drain(write);
            // Drained once more before it is let go: what was written last is in the old file.
            using var current = log.Open();
            if (current is null || (_file is not null && watch.AreSame(_file, current)))
                return;
            Drain(write);
            _file?.Dispose();
            watch.Add(log.Path);
            _file = log.Open();
            if (!_isFirst)
                _offset = 0;
            _isFirst = false;
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
