using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Supervision;

/// <summary>Sockets that nobody can connect to.</summary>
internal sealed class MadeUpSockets : IHeldSockets
{
    /// <summary>The addresses of those that are held.</summary>
    public HashSet<string> Held { get; } = [];

    /// <summary>Addresses that somebody else has.</summary>
    public HashSet<string> Taken { get; } = [];

    public OpenSockets Open(SocketRequest wanted)
    {
        if (WhyNot(wanted) is { } why)
            throw new SpawnException(why);
        Held.UnionWith(wanted.Sockets.Select(socket => socket.Address));
        return new OpenSockets([.. wanted.Sockets.Select(socket => new PassedDescriptor(socket.Name, new SafeFileHandle(-1, ownsHandle: false)))]);
    }

    public string? WhyNot(SocketRequest wanted) =>
        wanted.Sockets.FirstOrDefault(socket => Taken.Contains(socket.Address)) is { } taken ? $"another program listens on {taken.Address}" : null;

    public void Keep(Func<IReadOnlyCollection<ListenSocket>> wanted) => Held.IntersectWith(wanted().Select(socket => socket.Address));
}
