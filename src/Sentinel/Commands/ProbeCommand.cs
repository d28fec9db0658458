using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Sentinel.Linux.Sockets;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

/// <summary>Asks one server once, where that needs a name lookup or TLS: the daemon leaves that to a child.</summary>
internal static class ProbeCommand
{
    private const int StatusBytes = 256;

    public static Command Create()
    {
        var target = new Argument<string>("target") { Description = "A URL, or HOST:PORT" };
        var timeout = SharedOptions.Seconds("--timeout", "Seconds the answer may take");
        var command = new Command("probe") { target, timeout };
        command.Hidden = true;
        command.SetAction(result => Ask(result.GetValue(target)!, result.GetValue(timeout) ?? HealthCheck.DefaultTimeout));
        return command;
    }

    private static int Ask(string target, TimeSpan timeout)
    {
        try
        {
            var why = target.Contains("://", StringComparison.Ordinal)
                ? AskFor(Probe.Http(target).UrlFor(_ => null)!, timeout)
                : Connected(Probe.Tcp(target).EndPointFor(_ => null)!.Value, timeout);
            if (why is null)
                return ExitCode.Success;
            Output.Tell(why);
        }
        catch (Exception e) when (e is SocketException or IOException or FormatException or System.Security.Authentication.AuthenticationException)
        {
            Output.Tell(Text.Printable(e.InnerException?.Message ?? e.Message));
        }

        return ExitCode.Failure;
    }

    private static string? Connected((string Host, int Port) server, TimeSpan timeout)
    {
        using var socket = Connect(server.Host, server.Port, timeout);
        TellFrom(socket);
        return null;
    }

    private static string? AskFor(Uri url, TimeSpan timeout)
    {
        using var socket = Connect(url.IdnHost, url.Port, timeout);
        using var plain = new NetworkStream(socket);
        // We ask whether it answers, not who it is: on one's own machine certificates are seldom anyone's.
        Stream stream = url.Scheme == "https" ? Tls.Begin(plain, url.IdnHost, isAnybody: true) : plain;
        using (stream)
        {
            stream.Write(ConnectionProbe.Request(url));
            var answer = new byte[StatusBytes];
            for (var length = 0; ;)
            {
                var read = stream.Read(answer, length, answer.Length - length);
                length += read;
                var why = ConnectionProbe.Judge(answer.AsSpan(0, length), isEnd: read == 0, out var isOver);
                if (isOver && why is null)
                    TellFrom(socket);
                if (isOver)
                    return why;
            }
        }
    }

    // The process that asked us finds out who that is.
    private static void TellFrom(Socket socket) => Output.Tell(socket.RemoteEndPoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
        ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString()
        : $"{socket.RemoteEndPoint}");

    // The process that asked us waits this long, and no longer.
    private static Socket Connect(string host, int port, TimeSpan timeout)
    {
        var addresses = Dns.GetHostAddresses(host);
        var milliseconds = (int)Math.Max(1, timeout.TotalMilliseconds);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendTimeout = milliseconds, ReceiveTimeout = milliseconds };
        socket.Connect(addresses, port);
        return socket;
    }
}
