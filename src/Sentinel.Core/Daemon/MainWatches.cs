using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Daemon;

/// <summary>Waits for the end of the main process of each run.</summary>
/// <param name="ended">Called with each that has ended.</param>
/// <param name="failed">Told of an exception; the others are watched all the same.</param>
internal sealed class MainWatches(IProcessHandles handles, ILoop loop, Action<EndedMain> ended, Action<Exception> failed)
{
    private readonly Dictionary<int, Watch> _watches = [];

    /// <summary>Whether there is one that could not be watched.</summary>
    public bool IsAnyMissing { get; private set; }

    /// <summary>Notes which runs there are.</summary>
    public void Changed(State state)
    {
        foreach (var (id, watch) in _watches)
            if (state.Processes.GetValueOrDefault(id)?.State is not RunState.Running running || running.Identity != watch.Main)
                Forget(id, watch);
        IsAnyMissing = false;
        foreach (var process in state.Processes.Values)
            if (process.State is RunState.Running running && !_watches.ContainsKey(process.Id))
                try
                {
                    Begin(process.Id, running.Identity);
                }
                catch (Exception e)
                {
                    failed(e);
                    IsAnyMissing = true;
                }
    }

    private void Begin(int id, ProcessIdentity main)
    {
        if (handles.Open(main) is not { } handle)
        {
            // It ended while nobody watched.
            _watches[id] = new Watch(main, loop.After(TimeSpan.Zero, () => ended(new EndedMain(id, main, null))), null);
            return;
        }

        try
        {
            _watches[id] = new Watch(main, loop.WhenEnded(handle, () => ended(new EndedMain(id, main, handle.HowEnded()))), handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void Forget(int id, Watch watch)
    {
        _watches.Remove(id);
        watch.Waiting.Dispose();
        watch.Handle?.Dispose();
    }

    private sealed record Watch(ProcessIdentity Main, IDisposable Waiting, IProcessHandle? Handle);
}
