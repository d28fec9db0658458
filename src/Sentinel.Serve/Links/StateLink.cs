using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;

namespace Sentinel.Serve.Links;

/// <summary>Reads the state, for what reads logs itself: by the same classes as commands do, and without a word to the daemon.</summary>
internal sealed class StateLink(SentinelHome home)
{
    private readonly StateStore _store = new(home, new StateFiles(), TimeProvider.System, _ => { });
    private readonly Lock _lock = new();

    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    public State Read()
    {
        // It keeps what it has read.
        lock (_lock)
            return _store.Read();
    }
}
