using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>Everything that the watches of files need.</summary>
/// <param name="Restart">Restarts processes for changes, by their ids; in the way that is wanted.</param>
/// <param name="Signal">Sends a process a signal.</param>
/// <param name="Run">Runs a command line beside a process, and tells why it failed, or null.</param>
/// <param name="Note">Called with what happened to a process.</param>
/// <param name="Tell">Records an event.</param>
/// <param name="Failed">Told of a fault.</param>
public sealed record WatchTools(
    SentinelHome Home,
    IFolderWatches Folders,
    IWatchedFiles Files,
    ILoop Loop,
    TimeProvider Time,
    Func<IReadOnlyDictionary<int, FileChange>, RestartWay, ValueTask<IReadOnlyList<Outcome>>> Restart,
    Func<ProcessRecord, int, IReadOnlyList<Outcome>> Signal,
    Func<ProcessRecord, string, Action<string?>, IDisposable> Run,
    Action<ProcessRecord, ProcessEvent> Note,
    Action<Event> Tell,
    Action<Exception> Failed);
