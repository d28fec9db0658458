using Sentinel.Core.Host;
using Sentinel.Linux.Files;

namespace Sentinel.Tests.Store;

/// <summary>
/// Files on a disk whose power may fail: what was not flushed may then be lost, names in the order in which they were given
/// and content in any.
/// </summary>
internal sealed class Disk : IStateFiles
{
    public IHomeFiles Home { get; } = new HomeFiles();

    // Which content stands under which name: now, and after every step since names were last flushed.
    private Dictionary<string, Content> _files = [];
    private List<Dictionary<string, Content>> _sinceFlush = [[]];

    public IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept) => new MemoryStream();

    public IDisposable TryLock(string path) => new MemoryStream();

    public void MakePrivateFolder(string path) => Directory.CreateDirectory(path);

    public void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable)
    {
        durable |= !_files.ContainsKey(path);
        var next = new Content(content.ToArray(), IsFlushed: durable);
        if (_files.TryGetValue(path, out var current))
            Name(previous, current);
        Name(path, next);
        if (durable)
            _sinceFlush = [_files];
        Show(_files, 1);
    }

    /// <param name="steps">How many of the names that were given last are lost.</param>
    /// <param name="part">How much is left of what was not flushed: from 0 to 1.</param>
    public void LosePower(int steps, double part)
    {
        _files = _sinceFlush[Math.Max(0, _sinceFlush.Count - 1 - steps)];
        Show(_files, part);
    }

    private void Name(string path, Content content)
    {
        _files = new Dictionary<string, Content>(_files) { [path] = content };
        _sinceFlush.Add(_files);
    }

    private static void Show(Dictionary<string, Content> files, double part)
    {
        foreach (var (path, content) in files)
            File.WriteAllBytes(path, content.IsFlushed ? content.Bytes : content.Bytes[..(int)(content.Bytes.Length * part)]);
    }

    private sealed record Content(byte[] Bytes, bool IsFlushed);
}
