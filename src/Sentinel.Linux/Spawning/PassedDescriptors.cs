using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>The descriptors that a child gets besides its standard streams, and the variables that tell it; see sd_listen_fds(3).</summary>
internal sealed class PassedDescriptors : IDisposable
{
    /// <summary>SD_LISTEN_FDS_START: the first of them in the child.</summary>
    public const int First = 3;

    private const string Pid = "LISTEN_PID", Count = "LISTEN_FDS", Names = "LISTEN_FDNAMES";

    // The longest int.
    private const int PidDigits = 10;

    private readonly List<SafeFileHandle> _copies = [];
    private readonly IReadOnlyList<PassedDescriptor> _passed;

    /// <exception cref="IOException">There is no descriptor left.</exception>
    public PassedDescriptors(IReadOnlyList<PassedDescriptor> passed)
    {
        _passed = passed;
        try
        {
            foreach (var each in passed)
                _copies.Add(Copy(each));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The first descriptor that the child has free.</summary>
    public int FirstFree => First + _copies.Count;

    /// <summary>Their numbers with us: none is one that the child puts another in the place of.</summary>
    public IReadOnlyList<int> Numbers => _copies.ConvertAll(copy => (int)copy.DangerousGetHandle());

    /// <summary>Where the child's pid belongs in the first of <see cref="Variables"/>, in bytes.</summary>
    public static int PidAt => Pid.Length + 1;

    /// <summary>The first has room for the child's pid; empty if nothing is passed.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Variables => _passed.Count == 0 ? [] :
    [
        NativeText.Bytes($"{Pid}={new string('0', PidDigits)}"),
        NativeText.Bytes($"{Count}={_passed.Count}"),
        NativeText.Bytes($"{Names}={string.Join(':', _passed.Select(each => each.Name))}"),
    ];

    /// <summary>What is left of an environment beside <see cref="Variables"/>: what our own caller passed to us is not meant for the child.</summary>
    public EnvironmentBlock Beside(EnvironmentBlock environment) =>
        _passed.Count == 0 ? environment : environment.Without(Pid).Without(Count).Without(Names);

    public void Dispose() => _copies.ForEach(copy => copy.Dispose());

    // One of them may have a number that another is to get.
    private SafeFileHandle Copy(PassedDescriptor passed)
    {
        var copy = LibC.fcntl(passed.Handle, LibC.F_DUPFD_CLOEXEC, First + _passed.Count);
        return copy >= 0 ? new SafeFileHandle(copy, ownsHandle: true) : throw SystemCallException.Last("pass on", $"the descriptor {passed.Name}");
    }
}
