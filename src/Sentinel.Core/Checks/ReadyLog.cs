using Sentinel.Core.Host;
using Sentinel.Core.Logs;

namespace Sentinel.Core.Checks;

/// <summary>Waits for a line in a log of a process.</summary>
internal sealed class ReadyLog : IDisposable
{
    // A process that writes much is not looked at for each line.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly string _path;
    private readonly LineSearch _search;
    private readonly IModifications _modifications;
    private readonly Action _found;
    private readonly ILogFiles _files;
    private readonly ILoop _loop;
    private long _position;
    private IDisposable _waiting;
    private bool _isOver;

    /// <param name="start">Where the run's part of the log begins.</param>
    /// <param name="found">Called once, not before this returns.</param>
    public ReadyLog(string path, long start, LogPattern pattern, ILogFiles files, IModifications modifications, ILoop loop, Action found)
    {
        (_path, _position, _search, _files, _modifications, _loop, _found) = (path, start, new LineSearch(pattern), files, modifications, loop, found);
        _waiting = loop.After(TimeSpan.Zero, Look);
    }

    public void Dispose()
    {
        _isOver = true;
        _waiting.Dispose();
    }

    private void Look()
    {
        if (_isOver)
            return;
        // Armed first, so that what is written after the look is reported.
        _modifications.Arm(_path, () => _waiting = _loop.After(PollInterval, Look));
        var isFound = false;
        using (var history = new LogHistory(_path, _files))
            history.Follow(ref _position, (_, block) => isFound = isFound || _search.IsIn(block.Span));
        if (!isFound)
            return;
        Dispose();
        _found();
    }
}
