using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Trees;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;

namespace Sentinel.Linux.Sockets;

/// <summary>Who sent a message, according to the kernel; see SO_PASSCRED and SO_PASSPIDFD in unix(7).</summary>
internal sealed class NotifySender : IDisposable
{
    // Each is a struct cmsghdr, with its length, then struct ucred (pid, uid, gid) or a descriptor, rounded up.
    public const int CredentialBytes = 32, PidFdBytes = 24;
    private const int HeaderBytes = 16;

    // Their kinds.
    private const int Rights = 1, Credentials = 2, PidFd = 4;

    private SafeFileHandle? _pidFd;

    private NotifySender()
    {
    }

    public int Pid { get; private set; }

    public uint? User { get; private set; }

    /// <summary>Reads what came with a message, and closes every descriptor in it except that of the sender.</summary>
    public static NotifySender In(ReadOnlySpan<byte> control)
    {
        var sender = new NotifySender();
        while (control.Length >= HeaderBytes)
        {
            var length = (int)Math.Clamp(MemoryMarshal.Read<long>(control), HeaderBytes, control.Length);
            var (level, kind) = (MemoryMarshal.Read<int>(control[8..]), MemoryMarshal.Read<int>(control[12..]));
            var content = MemoryMarshal.Cast<byte, int>(control[HeaderBytes..length]);
            if (level == LibC.SOL_SOCKET && kind == Credentials && content.Length >= 3)
                (sender.Pid, sender.User) = (content[0], (uint)content[1]);
            else if (level == LibC.SOL_SOCKET && kind is Rights or PidFd)
                foreach (var descriptor in content)
                    sender.Take(descriptor, kind);
            control = control[Math.Min(control.Length, (length + 7) & ~7)..];
        }

        return sender;
    }

    /// <summary>Whether it belongs to a tree.</summary>
    /// <param name="user">The only user who can send, if not us.</param>
    public bool IsOf(TreeRoot tree, ProcessTable table, uint? user) =>
        TreeMembership.Of(Pid, tree, table)
        ?? ControlGroup.Has(tree.Group, _pidFd is null ? null : Proc.PidFd.GroupOf(_pidFd))
        // If it is gone, and was in no group of ours, all we know is that it knew an address that only its tree was told.
        ?? User == (user ?? LibC.geteuid());

    public void Dispose() => _pidFd?.Dispose();

    private void Take(int descriptor, int kind)
    {
        if (descriptor < 0)
            return;
        var taken = new SafeFileHandle(descriptor, ownsHandle: true);
        if (kind == PidFd && _pidFd is null)
            _pidFd = taken;
        else
            taken.Dispose();
    }
}
