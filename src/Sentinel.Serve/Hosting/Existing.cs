using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;

namespace Sentinel.Serve.Hosting;

/// <summary>The page of this folder that somebody has open already.</summary>
internal static class Existing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>An address there that lets one browser in; null: there is none, it does not answer, or it is not what is asked for.</summary>
    public static async Task<string?> Invitation(ServeOptions options)
    {
        if (options.IsReadOnly || options.Hosts.Count > 0)
            return null;
        try
        {
            var files = new HomeFiles();
            if (files.ReadAll(options.Home.Web) is not { } written || files.ReadAll(options.Home.ApiToken) is not { } token)
                return null;
            using var known = JsonDocument.Parse(written);
            var url = new Uri(known.RootElement.Text("url"));
            if (!options.IsAnyPort && url.Port != options.Port)
                return null;
            using var soon = new CancellationTokenSource(Patience);
            using var client = new TcpClient();
            await client.ConnectAsync(url.Host, url.Port, soon.Token);
            var request = $"POST /v1/codes HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {Encoding.ASCII.GetString(token).Trim()}\r\n"
                + "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), soon.Token);
            using var answer = new StreamReader(client.GetStream());
            var text = await answer.ReadToEndAsync(soon.Token);
            using var body = JsonDocument.Parse(text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
            return $"{url.GetLeftPart(UriPartial.Authority)}/#{body.RootElement.Text("code")}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or JsonException or UriFormatException or OperationCanceledException)
        {
            return null;
        }
    }
}
