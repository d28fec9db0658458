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
    private readonly Dictionary<(int Id, ProcessIdentity Main), Watch> _watches = [];

    /// <summary>Whether there is one that could not be watched.</summary>
    public bool IsAnyMissing { get; private set; }

    /// <summary>Notes which runs there are.</summary>
    public void Changed(State state)
    {
        foreach (var (run, watch) in _watches)
            if (state.Processes.GetValueOrDefault(run.Id) is not { } record || !MainsOf(record).Contains(run.Main))
                Forget(run, watch);
        IsAnyMissing = false;
        foreach (var process in state.Processes.Values)
            foreach (var main in MainsOf(process))
                if (!_watches.ContainsKey((process.Id, main)))
                    try
                    {
                        Begin(process.Id, main);
                    }
                    catch (Exception e)
                    {
                        failed(e);
                        IsAnyMissing = true;
                    }
    }

    // What is being ended is watched by the one who ends it.
    private static IEnumerable<ProcessIdentity> MainsOf(ProcessRecord record)
    {
        if (record.State is RunState.Running running)
            yield return running.Identity;
        if (record.IsBeingReplaced)
            yield return record.Predecessor!.Run.Identity;
    }

    private void Begin(int id, ProcessIdentity main)
    {
        if (handles.Open(main) is not { } handle)
        {
            // It ended while nobody watched.
            _watches[(id, main)] = new Watch(loop.After(TimeSpan.Zero, () => ended(new EndedMain(id, main, null))), null);
            return;
        }

        try
        {
            _watches[(id, main)] = new Watch(loop.WhenEnded(handle, () => ended(new EndedMain(id, main, handle.HowEnded()))), handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void Forget((int Id, ProcessIdentity Main) run, Watch watch)
    {
        _watches.Remove(run);
        watch.Waiting.Dispose();
        watch.Handle?.Dispose();
    }

    private sealed record Watch(IDisposable Waiting, IProcessHandle? Handle);
}
