using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;

namespace Sentinel.Tests.Store;

/// <summary>Remembers what was to be written and whether the lock is held; fails when it is told to.</summary>
internal sealed class RecordingFiles : IStateFiles
{
    public IHomeFiles Home { get; } = new HomeFiles();

    public List<(State State, bool Durable)> Written { get; } = [];

    public bool IsLocked { get; private set; }

    public Exception? Failure { get; set; }

    public IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept)
    {
        Assert.False(IsLocked);
        IsLocked = true;
        return new Turn(this);
    }

    public IDisposable? TryLock(string path) => IsLocked ? null : Lock(path, Assert.Fail, null);

    public void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable)
    {
        Assert.True(IsLocked);
        if (Failure is not null)
            throw Failure;
        Written.Add((StateDocument.Read(content.ToArray()), durable));
    }

    public void MakePrivateFolder(string path) => Directory.CreateDirectory(path);

    private sealed class Turn(RecordingFiles files) : IDisposable
    {
        public void Dispose() => files.IsLocked = false;
    }
}
