using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Keepers;

/// <summary>
/// Looks for the successors of main processes that have ended, for the seconds in which one may come. A pid file is as often replaced
/// as written to, and may be in a folder that does not exist yet, so it is looked at, less and less often.
/// </summary>
/// <param name="look">Called when it is time to look.</param>
internal sealed class HandoverKeeper(ILoop loop, Action look) : IKeeper
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromMilliseconds(200);

    private IDisposable? _timer;
    private TimeSpan _delay = Shortest;

    /// <summary>Notes whether any successor is awaited, and that none was found so far.</summary>
    public void Changed(State state)
    {
        if (!state.Processes.Values.Any(record => record.State is RunState.Running { Handover: not null }))
        {
            _timer?.Dispose();
            (_timer, _delay) = (null, Shortest);
        }
        else
            _timer ??= loop.After(_delay, Look);
    }

    private void Look()
    {
        _timer = null;
        _delay = _delay * 2 < Longest ? _delay * 2 : Longest;
        look();
    }
}
