using Sentinel.Core.Host;
using Sentinel.Linux.Files;

namespace Sentinel.Tests.Supervision;

/// <summary>State files of one thread, where no power fails: what takes time is left out.</summary>
internal sealed class QuickFiles : IStateFiles
{
    public IHomeFiles Home { get; } = new HomeFiles();

    public IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept) => new MemoryStream();

    public IDisposable TryLock(string path) => new MemoryStream();

    public void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable)
    {
        if (File.Exists(path))
            File.Move(path, previous, overwrite: true);
        File.WriteAllBytes(path, content);
    }

    public void MakePrivateFolder(string path) => Directory.CreateDirectory(path);
}
