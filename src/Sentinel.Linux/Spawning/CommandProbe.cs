using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Spawning;

/// <summary>Runs a command for its exit code and, when that is not 0, for the last line that it wrote.</summary>
internal sealed unsafe class CommandProbe : IDisposable
{
    private const int KeptBytes = 1024;

    private readonly HashSet<int> _children;
    private readonly Func<string, string?> _judge;
    private readonly IDisposable? _reading;
    private readonly SafeFileHandle _output;
    private readonly StringBuilder _said = new();
    private IProcessHandle? _child;
    private IDisposable? _timeout;
    private Action<string?>? _then;

    /// <param name="children">Holds its pid until it has ended and has been reaped.</param>
    /// <param name="judge">Gets the last line that it wrote when its code is 0; returns what is wrong, or null.</param>
    /// <exception cref="SpawnException">It could not be executed.</exception>
    public CommandProbe(
        EventLoop loop, Spawner spawner, ProcessTable table, Launch launch, TimeSpan timeout, HashSet<int> children,
        Func<string, string?> judge, Action<string?> then)
    {
        (_children, _judge, _then) = (children, judge, then);
        var ends = stackalloc int[2];
        if (LibC.pipe2(ends, LibC.O_CLOEXEC) != 0)
            throw SystemCallException.Last("make", "a pipe");
        _output = new SafeFileHandle(ends[0], ownsHandle: true);
        using var input = new SafeFileHandle(ends[1], ownsHandle: true);
        int? pid = null;
        try
        {
            // Only our end is non-blocking: the check need not notice.
            LibC.fcntl(_output, LibC.F_SETFL, LibC.O_NONBLOCK);
            var identity = spawner.Spawn(launch, input);
            _children.Add(identity.Pid);
            pid = identity.Pid;
            _child = PidFd.Open(identity, table) ?? throw new SpawnException("the check ended before it was looked at");
        }
        catch
        {
            if (pid is { } child)
            {
                // Nobody would see its end.
                LibC.kill(-child, SignalName.Kill);
                LibC.waitpid(child, null, 0);
                _children.Remove(child);
            }

            _output.Dispose();
            throw;
        }

        _reading = loop.OnReadable(_output, Read);
        loop.WhenEnded(_child, Ended);
        _timeout = loop.After(timeout, () =>
        {
            Kill();
            Answer($"no answer within {timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s");
        });
    }

    /// <summary>Ends it; it is reaped later.</summary>
    public void Dispose()
    {
        Kill();
        _then = null;
    }

    private void Read()
    {
        var block = stackalloc byte[KeptBytes];
        var read = LibC.read(_output, block, KeptBytes);
        if (read <= 0)
        {
            _reading?.Dispose();
            return;
        }

        _said.Append(Encoding.UTF8.GetString(block, (int)read));
        if (_said.Length > 2 * KeptBytes)
            _said.Remove(0, _said.Length - KeptBytes);
    }

    private void Ended()
    {
        // Before it is reaped, while nobody else can have its pid.
        Kill();
        var how = _child!.HowEnded().How;
        Read();
        _children.Remove(_child.Identity.Pid);
        _child.Dispose();
        _child = null;
        _reading?.Dispose();
        _output.Dispose();
        var last = _said.ToString().TrimEnd().Split('\n')[^1].Trim();
        Answer(how is Exit.Code { Value: 0 } ? _judge(last) : last.Length > 0 ? last : $"the check {how}");
    }

    // Its session; processes that left it end with the process that is checked.
    private void Kill()
    {
        if (_child is { } child)
            LibC.kill(-child.Identity.Pid, SignalName.Kill);
    }

    private void Answer(string? why)
    {
        _timeout?.Dispose();
        var then = _then;
        _then = null;
        then?.Invoke(why);
    }
}
