using System.Net;
using System.Net.Sockets;
using System.Text;
using Sentinel.Api.Wire;
using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>The pages of other machines in the browser of this one: each is served there, to a port of loopback that ssh(1) leads to.</summary>
internal static class HostPages
{
    private const int FirstPort = 7373;

    // Below those that systems give out by themselves.
    private const int FirstThere = 20_000, LastThere = 32_000;

    /// <summary>Shows the page of a machine for as long as the connection holds.</summary>
    /// <param name="port">Where it is here.</param>
    /// <param name="words">Of the command, without the port.</param>
    /// <exception cref="HostException">It cannot be served, or the connection broke.</exception>
    public static async Task<int> Show(HostName host, int port, IReadOnlyList<string> words, Action<RelayKind, ReadOnlyMemory<byte>> said)
    {
        // One that is seldom taken there; nobody but ssh asks there.
        var there = Random.Shared.Next(FirstThere, LastThere);
        try
        {
            using var channel = await HostChannel.Open(host, (port, there));
            return await new HostCall(
                host,
                new RelayCall(null, [.. words, $"--listen={there}", $"--allow-host=127.0.0.1:{port}", $"--allow-host=localhost:{port}"]),
                (kind, text) => said(kind, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text.Span).Replace($"127.0.0.1:{there}", $"127.0.0.1:{port}", StringComparison.Ordinal)))).Do(channel);
        }
        catch (InvalidDataException e)
        {
            throw new HostException(e.Message);
        }
    }

    /// <summary>Ports that nobody has here.</summary>
    public static IReadOnlyList<int> FreePorts(int count) =>
        [.. Enumerable.Range(FirstPort, IPEndPoint.MaxPort - FirstPort).Where(IsFree).Take(count)];

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
