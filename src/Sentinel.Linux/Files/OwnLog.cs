using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Files;

/// <summary>The log that this process writes as its standard output or standard error; somebody may move it away meanwhile.</summary>
public sealed class OwnLog
{
    private static readonly LogFiles Files = new();

    private readonly string _path;
    private readonly List<int> _streams;

    /// <param name="path">A file of Sentinel's folder; if no stream goes there now, none ever will.</param>
    public OwnLog(string path)
    {
        _path = path;
        _streams = [.. new[] { 1, 2 }.Where(GoesThere)];
    }

    /// <summary>Lets the streams go to a new file if the log no longer has its name.</summary>
    /// <returns>Whether there is a new file.</returns>
    /// <exception cref="IOException">It cannot be opened; the streams go where they went.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public bool Reopen()
    {
        if (_streams.TrueForAll(GoesThere))
            return false;
        using var log = HomeFiles.OpenLog(_path);
        foreach (var stream in _streams)
            if (LibC.dup3(log, Handle(stream), 0) < 0)
                throw SystemCallException.Last("open", _path);
        return true;
    }

    private bool GoesThere(int stream)
    {
        try
        {
            using var log = Files.Home.OpenToRead(_path);
            return log is not null && Files.IdentityOf(log) == Files.IdentityOf(Handle(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static SafeFileHandle Handle(int stream) => new(stream, ownsHandle: false);
}
