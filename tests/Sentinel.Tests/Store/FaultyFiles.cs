using Sentinel.Core.Host;
using Sentinel.Tests.Supervision;

namespace Sentinel.Tests.Store;

/// <summary>State files that cannot be written when a test says so, or whose writer is killed right before or after that.</summary>
internal sealed class FaultyFiles : IStateFiles
{
    private readonly QuickFiles _files = new();

    public Exception? Failure { get; set; }

    public bool IsKilledBefore { get; set; }

    public bool IsKilledAfter { get; set; }

    public IHomeFiles Home => _files.Home;

    public IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept) => _files.Lock(path, waiting, isKept);

    public IDisposable TryLock(string path) => _files.TryLock(path);

    public void MakePrivateFolder(string path) => _files.MakePrivateFolder(path);

    public void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable)
    {
        if (IsKilledBefore)
            throw new KilledException();
        if (Failure is not null)
            throw Failure;
        _files.Replace(path, previous, content, durable);
        if (IsKilledAfter)
            throw new KilledException();
    }

    /// <summary>SIGKILL: nothing of the writer runs any more.</summary>
    public sealed class KilledException : Exception;
}
