using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Serve.Hosting;

/// <summary>The page of this folder that somebody has open already.</summary>
internal static class Existing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>An address there that lets one browser in; null: there is none, or it does not answer.</summary>
    public static async Task<string?> Invitation(ServeOptions options)
    {
        try
        {
            using var known = JsonDocument.Parse(await File.ReadAllBytesAsync(options.Home.Web));
            var url = new Uri(known.RootElement.Text("url"));
            using var soon = new CancellationTokenSource(Patience);
            using var client = new TcpClient();
            await client.ConnectAsync(url.Host, url.Port, soon.Token);
            var request = $"POST /v1/codes HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {(await File.ReadAllTextAsync(options.Home.ApiToken, soon.Token)).Trim()}\r\n"
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
