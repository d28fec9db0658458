using System.Net;
using Sentinel.Core.Host;

namespace Sentinel.Tests.Checks;

/// <summary>Sockets that a test opens.</summary>
internal sealed class MadeUpSockets : IListeningSockets
{
    private readonly List<(int Pid, ulong Socket)> _held = [];

    public Dictionary<IPEndPoint, ulong[]> Listening { get; } = [];

    /// <summary>Whose descriptors are not shown.</summary>
    public HashSet<int> Hidden { get; } = [];

    /// <summary>How often it was asked what a process holds.</summary>
    public int Looks { get; private set; }

    public void Open(int pid, ulong socket) => _held.Add((pid, socket));

    public void Close(int pid, ulong socket) => _held.Remove((pid, socket));

    public IReadOnlyList<ulong> At(IPEndPoint address, bool isNow) => Listening.GetValueOrDefault(address, []);

    public IReadOnlyList<ulong> On(int? port) => [.. Listening.Where(entry => port is null || entry.Key.Port == port).SelectMany(entry => entry.Value)];

    public HeldSocket? HeldBy(int pid, IReadOnlyCollection<ulong> sockets, out bool isSeen)
    {
        Looks++;
        isSeen = !Hidden.Contains(pid);
        return isSeen && _held.Find(held => held.Pid == pid && sockets.Contains(held.Socket)) is { Pid: > 0 } found
            ? new HeldSocket(pid, $"{pid}:{found.Socket}", found.Socket)
            : null;
    }

    public bool IsHeld(HeldSocket socket) => _held.Contains((socket.Pid, socket.Socket));

    public string? ProgramOf(int pid) => "python3";
}
