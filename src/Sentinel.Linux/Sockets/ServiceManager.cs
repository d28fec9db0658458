using System.Text;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>Tells the service manager that started us about our state; see sd_notify(3).</summary>
public static unsafe class ServiceManager
{
    private const int Family = 1;
    private const int DatagramType = 2;
    private const int CloseOnExec = 0x80000;

    /// <summary>Sends <c>READY=1</c>, for example. Does nothing if nobody wants to know.</summary>
    public static void Tell(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path)
            return;
        var fd = LibC.socket(Family, DatagramType | CloseOnExec, 0);
        if (fd < 0)
            return;
        var address = new byte[2 + Encoding.UTF8.GetByteCount(path)];
        address[0] = Family;
        Encoding.UTF8.GetBytes(path, address.AsSpan(2));
        // A leading @ means the abstract namespace, which is written as a NUL.
        if (address[2] == '@')
            address[2] = 0;
        var message = Encoding.UTF8.GetBytes(state);
        fixed (byte* to = address)
        fixed (byte* bytes = message)
            LibC.sendto(fd, bytes, message.Length, 0, to, (uint)address.Length);
        LibC.close(fd);
    }
}
