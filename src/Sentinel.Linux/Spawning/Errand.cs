using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Spawning;

/// <summary>A child that does one thing for us while the loop goes on: it has a deadline, and the end of its output is kept.</summary>
internal sealed unsafe class Errand : IDisposable
{
    /// <summary>How much of its output is kept, in bytes, unless more is wanted.</summary>
    public const int MostOutput = 1024;

    private const int BlockBytes = 4096;

    // A pipe holds this much, if nobody made it larger.
    private const int PipeBytes = 64 * 1024;

    private readonly HashSet<int> _awaited;
    private readonly int _mostOutput;
    private readonly SafeFileHandle _output;
    private readonly List<byte> _written = [];
    private readonly IDisposable? _reading;
    private readonly IDisposable? _timer;
    private IProcessHandle? _child;
    private Action<ErrandResult>? _then;

    /// <param name="deadline">Null: it may take as long as it likes.</param>
    /// <param name="mostOutput">How much of its output is kept, in bytes: the end of it.</param>
    /// <param name="awaited">Holds its pid until it has ended and has been reaped.</param>
    /// <param name="then">Called once; not after this is disposed of.</param>
    /// <exception cref="SpawnException">It could not be executed; no process is left.</exception>
    /// <exception cref="IOException">The same.</exception>
    public Errand(
        EventLoop loop, Spawner spawner, ProcessTable table, Launch launch, TimeSpan? deadline, HashSet<int> awaited, int mostOutput, Action<ErrandResult> then)
    {
        (_awaited, _mostOutput, _then) = (awaited, mostOutput, then);
        var ends = stackalloc int[2];
        if (LibC.pipe2(ends, LibC.O_CLOEXEC) != 0)
            throw SystemCallException.Last("make", "a pipe");
        _output = new SafeFileHandle(ends[0], ownsHandle: true);
        using var input = new SafeFileHandle(ends[1], ownsHandle: true);
        ProcessIdentity? identity = null;
        try
        {
            // Only our end is non-blocking: the child need not notice.
            LibC.fcntl(_output, LibC.F_SETFL, LibC.O_NONBLOCK);
            identity = spawner.Spawn(launch, input);
            _awaited.Add(identity.Pid);
            _child = PidFd.Open(identity, table) ?? throw new SpawnException("it ended before it was looked at");
            _reading = loop.OnReadable(_output, Read);
            loop.WhenEnded(_child, Ended);
        }
        catch
        {
            if (identity is not null)
            {
                // Nobody would see its end.
                Kill(identity.Pid);
                LibC.waitpid(identity.Pid, null, 0);
                _awaited.Remove(identity.Pid);
            }

            _reading?.Dispose();
            _child?.Dispose();
            _output.Dispose();
            throw;
        }

        if (deadline is { } time)
            _timer = loop.After(time, () =>
            {
                KillChild();
                Answer(new ErrandResult.TimedOut(time));
            });
    }

    /// <summary>Kills it, if it has not ended; it is reaped later.</summary>
    public void Dispose()
    {
        KillChild();
        _timer?.Dispose();
        _then = null;
    }

    private void Read()
    {
        if (ReadBlock() <= 0)
            _reading?.Dispose();
    }

    private nint ReadBlock()
    {
        var block = stackalloc byte[BlockBytes];
        var read = LibC.read(_output, block, BlockBytes);
        if (read > 0)
            _written.AddRange(new ReadOnlySpan<byte>(block, (int)read));
        if (_written.Count > _mostOutput)
            _written.RemoveRange(0, _written.Count - _mostOutput);
        return read;
    }

    private void Ended()
    {
        // Before it is reaped, while nobody else can have its pid.
        KillChild();
        var how = _child!.HowEnded().How;
        // A process that left its group may go on writing.
        for (var left = (nint)PipeBytes; left > 0 && ReadBlock() is > 0 and var read;)
            left -= read;
        _awaited.Remove(_child.Identity.Pid);
        _child.Dispose();
        _child = null;
        _reading?.Dispose();
        _output.Dispose();
        Answer(new ErrandResult.Ended(how));
    }

    private void KillChild()
    {
        if (_child is { } child)
            Kill(child.Identity.Pid);
    }

    // With its process group. Processes that left that have the cookie of the launch, and end with its tree.
    private static void Kill(int child) => _ = LibC.kill(-child, SignalName.Kill);

    private void Answer(ErrandResult result)
    {
        _timer?.Dispose();
        var then = _then;
        _then = null;
        then?.Invoke(result with { Output = _written.ToArray() });
    }
}
