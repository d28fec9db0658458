using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>Hands on what is written to logs as it is written, through rotation, truncation and replacement of the files.</summary>
/// <param name="write">Given a log and what was added to it.</param>
/// <param name="replaced">Told of a log in whose place another file is.</param>
public sealed class LogFollower(IFileWatch watch, Action<LogFile, ReadOnlyMemory<byte>> write, Action<LogFile>? replaced = null)
{
    /// <summary>Follows until nobody reads our output any more.</summary>
    /// <param name="logs">Each log with up to where it has been shown; disposed of at the end.</param>
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
            // Again each time: the file may be another than before. One that is watched already stays so.
            watch.Add(log.Path);
            if (history.Follow(ref _position, bytes => write(log, bytes)))
                replaced?.Invoke(log);
        }
    }
}
