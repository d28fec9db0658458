using Sentinel.Api;
using Sentinel.Core.Keepers;
using Sentinel.Linux.Loop;
using Sentinel.Model;
using Sentinel.Model.Processes;

namespace Sentinel.Wiring;

/// <summary>
/// Ends the daemon together with all that it supervises, as is expected of the first process of a container, which takes everything else
/// with it.
/// </summary>
/// <param name="stopAll">Stops all processes.</param>
/// <param name="failed">Told what went wrong; the daemon ends all the same.</param>
internal sealed class OrderlyEnd(EventLoop loop, Func<StopOptions, ValueTask> stopAll, Action<Exception> failed) : IKeeper
{
    private bool _hasBegun;

    /// <summary>The id of the process with which everything ends once it has ended for good; null: none.</summary>
    public int? With { get; set; }

    /// <summary>How that process ended; null: it has not, or nobody knows.</summary>
    public Exit? How { get; private set; }

    /// <summary>Stops all, and then the daemon. Called again, it kills what has not ended by then.</summary>
    public void Begin()
    {
        var isFirst = !_hasBegun;
        _hasBegun = true;
        _ = isFirst ? End() : Stop(StopOptions.Force);
    }

    public void Changed(State state)
    {
        if (_hasBegun || With is not { } id || state.Processes.GetValueOrDefault(id) is { State.IsOver: false })
            return;
        How = state.Processes.GetValueOrDefault(id)?.LastRun?.How;
        // Not while others are told of the same change.
        loop.Post(Begin);
    }

    private async Task End()
    {
        await Stop(StopOptions.Default);
        loop.Stop();
    }

    private async Task Stop(StopOptions options)
    {
        try
        {
            await stopAll(options);
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
