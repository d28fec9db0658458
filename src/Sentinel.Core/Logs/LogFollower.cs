using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>Passes on what is written to logs as it is written, through rotation, truncation and replacement of the files.</summary>
/// <param name="write">Called with a log, a position in it and what was added there.</param>
/// <param name="replaced">Called with a log whose file was replaced by another.</param>
public sealed class LogFollower(IFileWatch watch, Action<LogFile, long, ReadOnlyMemory<byte>> write, Action<LogFile>? replaced = null)
{
    private List<Followed> _followed = [];

    /// <summary>Follows until nobody reads our output any more.</summary>
    /// <param name="logs">Each log with the position up to which it has been shown; disposed of at the end.</param>
    /// <param name="advance">
    /// Passes on, by <see cref="Advance"/>, what was written up to where the logs end by now, and returns whether to go on; null: all.
    /// </param>
    public void Follow(
        IEnumerable<(LogFile Log, LogHistory History, long Position)> logs, Func<IReadOnlyList<(LogFile Log, long End)>, bool>? advance = null)
    {
        _followed = [.. logs.Select(log => new Followed(log.Log, log.History) { Position = log.Position })];
        foreach (var folder in _followed.Select(log => Path.GetDirectoryName(log.Log.Path)!).Distinct())
            watch.Add(folder);
        var goesOn = true;
        do
        {
            // A file may be a different one each time; one that is already watched stays watched.
            _followed.ForEach(log => watch.Add(log.Log.Path));
            var ends = _followed.ConvertAll(log => (log.Log, log.History.End));
            if (advance is not null)
                goesOn = advance(ends);
            else
                ends.ForEach(log => Advance(log.Log, log.End));
        }
        while (goesOn && watch.Wait());
        _followed.ForEach(log => log.History.Dispose());
    }

    /// <summary>Passes on what a log holds up to a position.</summary>
    public void Advance(LogFile log, long end)
    {
        var followed = _followed.Find(followed => followed.Log == log) ?? throw new ArgumentException($"{log.Path} is not followed");
        if (followed.History.Follow(ref followed.Position, (position, bytes) => write(followed.Log, position, bytes), end))
            replaced?.Invoke(followed.Log);
    }

    private sealed class Followed(LogFile log, LogHistory history)
    {
        public long Position;

        public LogFile Log => log;

        public LogHistory History => history;
    }
}
