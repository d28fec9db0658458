using Sentinel.Core.Host;

namespace Sentinel.Core.Keepers;

/// <summary>Asks until the answer is yes, less and less often, as for what is about to be ready.</summary>
internal sealed class Repeated : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20), Longest = TimeSpan.FromMilliseconds(250);

    private readonly ILoop _loop;
    private readonly Func<Action<bool>, IDisposable> _ask;
    private readonly Action _found;
    private IDisposable _waiting;
    private TimeSpan _patience = Shortest;

    /// <param name="ask">Asks once, and tells the answer later, unless what it returns is disposed of before.</param>
    public Repeated(ILoop loop, Func<Action<bool>, IDisposable> ask, Action found)
    {
        (_loop, _ask, _found) = (loop, ask, found);
        _waiting = Once();
    }

    public void Dispose() => _waiting.Dispose();

    private IDisposable Once() => _ask(isMet =>
    {
        if (isMet)
            _found();
        else
            _waiting = _loop.After(_patience, () => _waiting = Once());
        _patience = _patience * 1.2 < Longest ? _patience * 1.2 : Longest;
    });
}
