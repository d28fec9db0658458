using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Sockets;

/// <inheritdoc/>
/// <remarks>A process of ours keeps them, see <see cref="SocketKeeper"/>. It is started with the first, and no daemon is needed.</remarks>
public sealed unsafe class HeldSockets(SentinelHome home) : IHeldSockets
{
    private const string Unix = "unix:";

    // It answers within a millisecond, unless the machine is very busy.
    private const int PatienceMilliseconds = 5000;

    public OpenSockets Open(SocketRequest wanted)
    {
        if (wanted.Sockets.Count == 0)
            return OpenSockets.None;
        for (var isAgain = false; ; isAgain = true)
            try
            {
                return OpenNow(wanted);
            }
            catch (GoneException) when (!isAgain)
            {
                // It was just being killed. Another gets them back from the processes that have them.
            }
            catch (Exception e) when (e is IOException or GoneException)
            {
                throw new SpawnException(e.Message);
            }
    }

    public string? WhyNot(SocketRequest wanted)
    {
        if (wanted.Sockets.Count == 0)
            return null;
        using var keeper = UnixSocket.Connect(home.HeldSockets, out _);
        foreach (var socket in wanted.Sockets)
            try
            {
                using var open = (keeper is null ? null : Take(keeper, socket)) ?? NewSocket.Borrowed(socket, wanted.Holders);
                if (open is null && wanted.Holders.Count == 0)
                    NewSocket.Try(socket);
            }
            catch (GoneException)
            {
                // A start gets another.
            }
            catch (IOException e)
            {
                return e.Message;
            }

        return null;
    }

    public void Keep(Func<IReadOnlyCollection<ListenSocket>> wanted)
    {
        using var keeper = UnixSocket.Connect(home.HeldSockets, out _);
        try
        {
            if (keeper is not null)
                Ask(keeper, $"{SocketMessage.Keep}\n{string.Join('\n', wanted().Select(KeyOf))}", null)?.Dispose();
        }
        catch (GoneException)
        {
            // All are closed.
        }
    }

    /// <summary>What the keeper knows a socket by.</summary>
    internal static string KeyOf(ListenSocket socket) => socket.Address;

    /// <summary>The path of a socket in the file system; null: it is not there.</summary>
    internal static string? PathIn(string key) => key.StartsWith(Unix, StringComparison.Ordinal) ? key[Unix.Length..] : null;

    private OpenSockets OpenNow(SocketRequest wanted)
    {
        var open = new List<PassedDescriptor>();
        try
        {
            using var keeper = Keeper();
            foreach (var socket in wanted.Sockets)
                open.Add(new PassedDescriptor(socket.Name, Take(keeper, socket) ?? Hold(keeper, socket, New(socket, wanted))));
            return new OpenSockets(open);
        }
        catch
        {
            new OpenSockets(open).Dispose();
            throw;
        }
    }

    // Processes are started with the lock, so nobody else starts a keeper. It need not be up to be connected to.
    private SafeFileHandle Keeper()
    {
        if (UnixSocket.Connect(home.HeldSockets, out _) is { } there)
            return there;
        using (var listener = UnixSocket.Listen(home.HeldSockets))
            OwnProcess.Begin(listener, SocketKeeper.CommandName, home.HeldSockets);
        return UnixSocket.Connect(home.HeldSockets, out _) ?? throw new IOException("the process that keeps sockets has ended at once");
    }

    private static SafeFileHandle? Take(SafeFileHandle keeper, ListenSocket socket) => Ask(keeper, $"{SocketMessage.Take} {KeyOf(socket)}", null);

    private static SafeFileHandle Hold(SafeFileHandle keeper, ListenSocket socket, SafeFileHandle open)
    {
        try
        {
            Ask(keeper, $"{SocketMessage.Hold} {KeyOf(socket)}", open)?.Dispose();
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    private static SafeFileHandle New(ListenSocket socket, SocketRequest wanted)
    {
        try
        {
            return NewSocket.Borrowed(socket, wanted.Holders) ?? NewSocket.Listen(socket, wanted);
        }
        catch (AddressInUseException) when (HolderOf(socket, wanted.Holders) is { } pid)
        {
            throw new IOException(
                $"only pid {pid} has {socket.Address} open, because the process that kept it was ended, and this system does not let it be taken from there; "
                + "'sentinel restart' without --no-gap opens it again");
        }
    }

    private static int? HolderOf(ListenSocket socket, IReadOnlyList<int> holders)
    {
        var listening = new ListeningSockets(TimeProvider.System);
        var open = socket.EndPoint is { Port: var port } ? listening.On(port) : null;
        return holders.Where(pid => open is null || listening.HeldBy(pid, open, out _) is not null).Select(pid => (int?)pid).FirstOrDefault();
    }

    /// <returns>The descriptor that came with the answer, if one did.</returns>
    private static SafeFileHandle? Ask(SafeFileHandle keeper, string what, SafeFileHandle? passed)
    {
        var (received, answer) = (new List<byte>(), (SafeFileHandle?)null);
        if (!SocketMessage.Send(keeper, what, passed))
            throw new GoneException();
        var poll = new LibC.PollFd { Fd = (int)keeper.DangerousGetHandle(), Events = LibC.POLLIN };
        while (SocketMessage.TextOf(received) is null)
            if (LibC.poll(&poll, 1, PatienceMilliseconds) == 0)
                throw new IOException("the process that keeps sockets does not answer");
            else if (!SocketMessage.Receive(keeper, received, ref answer))
                throw new GoneException();
        return answer;
    }

    private sealed class GoneException() : Exception("the process that keeps sockets has ended");
}
