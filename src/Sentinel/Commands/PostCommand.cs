using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sentinel.Linux.Spawning;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Tells a server of an event, which is on standard input: the daemon leaves name lookups and TLS to a child.</summary>
internal static class PostCommand
{
    private const int HeadBytes = 512;

    // Before the second try, and before the third.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    public static Command Create()
    {
        var target = new Argument<string>("url");
        var timeout = SharedOptions.Seconds("--timeout", "Seconds that a try may take");
        var headers = new Option<string[]>("--header");
        var command = new Command(HookErrands.Post) { target, timeout, headers };
        command.Hidden = true;
        command.SetAction(result => Tell(new Uri(result.GetValue(target)!), result.GetValue(timeout) ?? Model.Specs.Hook.DefaultTimeout, [.. (result.GetValue(headers) ?? []).Select(Header)]));
        return command;
    }

    private static int Tell(Uri url, TimeSpan timeout, string[] headers)
    {
        using var input = new MemoryStream();
        using (var stdin = Console.OpenStandardInput())
            stdin.CopyTo(input);
        for (var attempt = 0; ; attempt++)
        {
            var (why, mayHelp) = Try(url, timeout, headers, input.ToArray());
            if (why is null)
                return ExitCode.Success;
            if (!mayHelp || attempt == HookErrands.Tries - 1)
            {
                Output.Tell(Text.Printable(attempt == 0 ? why : $"{why}, {attempt + 1} times"));
                return ExitCode.Failure;
            }

            Thread.Sleep(Pauses[attempt]);
        }
    }

    // What is wrong, and whether to try again may help.
    private static (string? Why, bool MayHelp) Try(Uri url, TimeSpan timeout, string[] headers, byte[] body)
    {
        try
        {
            var status = Ask(url, timeout, headers, body);
            return status is >= 200 and < 300 ? (null, false)
                : status is >= 300 and < 400 ? ($"it redirects ({status}), which is not followed", false)
                : ($"it answered {status}", status is 408 or 429 or >= 500);
        }
        catch (Exception e) when (e is SocketException or IOException or FormatException or System.Security.Authentication.AuthenticationException)
        {
            // Where it was tried is known already.
            return ((e.InnerException?.Message ?? e.Message).Split(" [")[0], e is not System.Security.Authentication.AuthenticationException);
        }
    }

    private static int Ask(Uri url, TimeSpan timeout, string[] headers, byte[] body)
    {
        var milliseconds = (int)Math.Max(1, timeout.TotalMilliseconds);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendTimeout = milliseconds, ReceiveTimeout = milliseconds };
        socket.Connect(url.IdnHost, url.Port);
        using var plain = new NetworkStream(socket);
        // It gets secrets, so it has to be who it says it is.
        using Stream stream = url.Scheme == Uri.UriSchemeHttps ? Tls.Begin(plain, url.IdnHost, isAnybody: false) : plain;
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(
            $"POST {url.PathAndQuery} HTTP/1.1\r\nHost: {url.IdnHost}{(url.IsDefaultPort ? "" : $":{url.Port}")}\r\nUser-Agent: sentinel\r\n",
            $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n",
            string.Concat(headers.Select(header => $"{header}\r\n")),
            "\r\n")));
        stream.Write(body);
        var head = new byte[HeadBytes];
        var length = 0;
        for (var read = 1; read > 0 && length < head.Length && !head.AsSpan(0, length).Contains((byte)'\n'); length += read)
            read = stream.Read(head, length, head.Length - length);
        return Encoding.ASCII.GetString(head, 0, length).Split(' ') is ["HTTP/1.1" or "HTTP/1.0", var status, ..]
            && int.TryParse(status.AsSpan().TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? code : throw new IOException(length == 0 ? "it closed the connection without an answer" : "what it answered is no HTTP");
    }

    // NAME=VARIABLE: nobody sees the value among our arguments.
    private static string Header(string text)
    {
        var (name, variable) = (text[..text.IndexOf('=')], text[(text.IndexOf('=') + 1)..]);
        var value = (Environment.GetEnvironmentVariable(variable) ?? "").Trim();
        return value.Any(char.IsControl) ? throw new FormatException($"the value of the header {name} is more than a line") : $"{name}: {value}";
    }
}
