using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Sockets;

/// <summary>
/// A socket in the file system on which nobody costs anything: a program answers there that is started when somebody connects, and ends by
/// itself when nobody does for a while. It gets the listening socket as sd_listen_fds(3) has it.
/// </summary>
public sealed class OnDemand : IDisposable
{
    // So long nobody is let in when the program does not do what it should.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly EventLoop _loop;
    private readonly Errands _errands;
    private readonly Func<Launch> _program;
    private readonly Action<string> _warn;
    private SafeFileHandle _listener;
    private ulong? _file;
    private IDisposable? _waiting;

    /// <param name="program">What to start; only its owner may connect.</param>
    /// <param name="warn">Told, in a sentence, when it did not do what it should.</param>
    /// <exception cref="IOException">There can be no socket there.</exception>
    public OnDemand(string path, EventLoop loop, Errands errands, Func<Launch> program, Action<string> warn)
    {
        (_path, _loop, _errands, _program, _warn) = (path, loop, errands, program, warn);
        _listener = Listen();
    }

    /// <summary>Listens again if someone has removed the socket.</summary>
    public void KeepThere()
    {
        if (!UnixSocket.IsLost(_path, _file))
            return;
        _waiting?.Dispose();
        _listener.Dispose();
        _listener = Listen();
    }

    /// <summary>Those who are connected stay connected.</summary>
    public void Dispose()
    {
        _waiting?.Dispose();
        _listener.Dispose();
        if (Inode.At(_path) == _file)
            LibC.unlink(_path);
    }

    private SafeFileHandle Listen()
    {
        var listener = UnixSocket.Listen(_path);
        _file = Inode.At(_path);
        Wait(listener);
        return listener;
    }

    private void Wait(SafeFileHandle listener) => _waiting = _loop.OnReadable(listener, () => Start(listener));

    private void Start(SafeFileHandle listener)
    {
        _waiting?.Dispose();
        _waiting = null;
        _errands.Begin(_program() with { Descriptors = [new PassedDescriptor("api", listener)] }, deadline: null, result =>
        {
            // Another listener has taken its place, or nobody listens any more.
            if (listener.IsClosed)
                return;
            if (result is ErrandResult.Ended { How: Exit.Code(0) })
            {
                Wait(listener);
                return;
            }

            _warn($"{_path} is not served: {(result is ErrandResult.NotStarted failed ? failed.Why : result.LastLine.Length > 0 ? result.LastLine : "the program has failed")}");
            _waiting = _loop.After(Pause, () => Wait(listener));
        });
    }
}
