using System.Runtime.InteropServices;
using Sentinel.Core.Host;

namespace Sentinel.Linux.Native;

/// <summary>
/// Another user's rights to files, for this thread alone, until this is disposed of on the same thread; see setfsuid(2). The system
/// calls bypass the C library, which would change all threads.
/// </summary>
internal sealed unsafe class RightsOf : IDisposable
{
    // setgroups, setfsuid, setfsgid; asm/unistd.h.
    private static readonly (int Groups, int User, int Group) Numbers =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (159, 151, 152) : (116, 122, 123);

    private const int GetDumpable = 3; // PR_GET_DUMPABLE
    private const int SetDumpable = 4; // PR_SET_DUMPABLE

    private readonly uint[] _groups;
    private readonly int _dumpable = LibC.prctl(GetDumpable, 0);

    private RightsOf(uint[] groups) => _groups = groups;

    /// <exception cref="UnauthorizedAccessException">We may not have them.</exception>
    public static RightsOf Take(Account account)
    {
        var count = LibC.getgroups(0, null);
        var groups = new uint[Math.Max(0, count)];
        fixed (uint* ids = groups)
            if (count < 0 || LibC.getgroups(count, ids) != count)
                throw new UnauthorizedAccessException($"cannot find our own groups, to read as {account.Name}");
        var rights = new RightsOf(groups);
        if (Set([.. account.Groups], account.GroupId, account.UserId))
            return rights;
        rights.Dispose();
        throw new UnauthorizedAccessException($"nothing can be read as {account.Name} here");
    }

    public void Dispose()
    {
        // The caller reads afterwards why a call failed.
        var error = Marshal.GetLastPInvokeError();
        if (!Set(_groups, LibC.getegid(), LibC.geteuid()))
            Environment.FailFast("the rights to files cannot be restored");
        // The kernel assumes that a process that changes them has secrets now, and would hide what /proc shows of us.
        if (_dumpable == 1)
            LibC.prctl(SetDumpable, 1);
        Marshal.SetLastPInvokeError(error);
    }

    // These calls return the previous value, whatever happens; and -1 is nobody, so it changes nothing.
    private static bool Set(uint[] groups, uint group, uint user)
    {
        fixed (uint* ids = groups)
            if (LibC.syscall(Numbers.Groups, groups.Length, (nint)ids, 0, 0) != 0)
                return false;
        LibC.syscall(Numbers.Group, (nint)group, 0, 0, 0);
        LibC.syscall(Numbers.User, (nint)user, 0, 0, 0);
        return (uint)LibC.syscall(Numbers.Group, -1, 0, 0, 0) == group && (uint)LibC.syscall(Numbers.User, -1, 0, 0, 0) == user;
    }
}
