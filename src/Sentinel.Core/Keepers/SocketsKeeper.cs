using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>Closes the sockets of processes that have stopped or ended for good, so that nobody waits at them in vain.</summary>
/// <param name="close">Closes all that are held but those that are wanted.</param>
public sealed class SocketsKeeper(Action close) : IKeeper
{
    // Also those of an earlier daemon.
    private HashSet<ListenSocket>? _held;

    public bool KeepsElsewhere => true;

    public void Changed(State state)
    {
        if (_held is { Count: 0 } && !state.Processes.Values.Any(record => record.Spec.Sockets.Count > 0))
            return;
        var wanted = Sockets.Wanted(state).ToHashSet();
        var isAnyOver = _held is null || !_held.IsSubsetOf(wanted);
        _held = wanted;
        if (isAnyOver)
            close();
    }
}
