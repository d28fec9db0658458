using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>Passes on what is written to logs as it is written, through rotation, truncation and replacement of the files.</summary>
/// <param name="write">Called with a log and what was added to it.</param>
/// <param name="replaced">Called with a log whose file was replaced by another.</param>
public sealed class LogFollower(IFileWatch watch, Action<LogFile, ReadOnlyMemory<byte>> write, Action<LogFile>? replaced = null)
{
    /// <summary>Follows until nobody reads our output any more.</summary>
    /// <param name="logs">Each log with the position up to which it has been shown; disposed of at the end.</param>
    public void Follow(IEnumerable<(LogFile Log, LogHistory History, long Position)> logs)
    {
        var followed = logs.Select(log => new Followed(log.Log, log.History, log.Position)).ToList();
        foreach (var folder in followed.Select(log => Path.GetDirectoryName(log.Log.Path)!).Distinct())
            watch.Add(folder);
        do
        {
            foreach (var log in followed)
                log.Advance(watch, write, replaced);
        }
        while (watch.Wait());
        followed.ForEach(log => log.History.Dispose());
    }

    private sealed class Followed(LogFile log, LogHistory history, long position)
    {
        private long _position = position;

        public LogFile Log => log;

        public LogHistory History => history;

        public void Advance(IFileWatch watch, Action<LogFile, ReadOnlyMemory<byte>> write, Action<LogFile>? replaced)
        {
            // Each time, because the file may be a different one. A file that is already watched stays watched.
            watch.Add(log.Path);
            if (history.Follow(ref _position, bytes => write(log, bytes)))
                replaced?.Invoke(log);
        }
    }
}
