using System.ComponentModel;
using System.Diagnostics;
using Sentinel.Api.Wire;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Serve.Hosting;

/// <summary>What the person who started it reads, and where the next one finds it.</summary>
internal static class Told
{
    private const string Opener = "xdg-open";

    public static Action<Door> Opened(ServeOptions options) => door =>
    {
        if (options.WithPage)
        {
            // Who asks for a page later does not mean one on which nothing can be changed.
            if (!options.IsReadOnly)
                WriteDown(options, door.Url!);
            Invitation(options, door.Invitation, "Ctrl+C ends the page, and nothing else.");
            return;
        }

        using var output = new Output(StandardStream.Output);
        if (door.Url is { } url)
            output.Line($"{url}/v1/processes for programs that send 'Authorization: Bearer TOKEN' with the content of {options.Home.ApiToken}");
        if (options.Socket is { } socket)
            output.Line($"http://localhost/v1/processes by the socket {socket}");
    };

    /// <summary>Tells, and opens if that is wanted, an address that lets a browser in.</summary>
    /// <returns>The exit code.</returns>
    public static int Invitation(ServeOptions options, string invitation, string more)
    {
        using (var output = new Output(StandardStream.Output))
        {
            output.Line(invitation);
            output.Line($"This address lets one browser in, within a minute; 'sentinel web' prints another. {more}");
        }

        if (options.Opens)
            try
            {
                Process.Start(new ProcessStartInfo(Opener) { ArgumentList = { invitation } })?.Dispose();
            }
            catch (Win32Exception)
            {
                Output.Tell($"Warning: there is no {Opener} to open a browser with; copy the address");
            }

        return 0;
    }

    private static void WriteDown(ServeOptions options, string url) => new HomeFiles().WriteAll(options.Home.Web, JsonFields.Object(JsonFields.Relaxed, json =>
    {
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteString("url", url);
    }));
}
