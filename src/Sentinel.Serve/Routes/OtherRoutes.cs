using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Rendering;

namespace Sentinel.Serve.Routes;

/// <summary>Groups, ports, the machine, and how all of it is.</summary>
internal static class OtherRoutes
{
    public static IEnumerable<Route> All { get; } =
    [
        new("GET", "groups", "All groups, as 'group list --json' prints them", "groups", async call =>
        {
            var answer = await call.Ask<Answer.Groups>(new Query.Groups(null));
            await call.Json(Documents.Of(answer.All, answer.Warnings));
        }),
        new("GET", "ports", "All leased ports, as 'port list --json' prints them", "ports", async call =>
        {
            var answer = await call.Ask<Answer.Ports>(new Query.Ports(null));
            await call.Json(Documents.Of(answer.All, answer.Warnings));
        }),
        new("GET", "doctor", "What 'doctor --json' finds", "findings", Doctor),
        new("GET", "history", "CPU, memory and states of the last hour or day, as far as this program ran", "history", call => call.Json(call.Parts.History.ToJson(call.Asked("range") != "hour", call.Asked("name"))))
        {
            Parameters = [new("range", "string", "hour or day"), new("name", "string", "Only that process")],
        },
        new("GET", "health", "Whether a daemon runs, and which", "health", Health),
        new("GET", "openapi.json", "This description", "openapi", call => call.Json(OpenApi.Document)),
    ];

    // It exits with 1 when it finds something.
    private static async Task Doctor(Call call)
    {
        var result = await call.Parts.Commands.Run(["doctor", "--json"]);
        await (result.Json.Length > 0 ? call.Json(result.Json) : Commands.Answer(call, result));
    }

    private static async Task Health(Call call)
    {
        var daemon = await call.Parts.Daemon.Describe();
        await call.Json(Documents.Written(json =>
        {
            json.WriteString("status", daemon is null ? "no-daemon" : "ok");
            json.WriteObjectOrNull("daemon", daemon, (writer, status) => DaemonDocument.Write(writer, status));
            json.WriteString("version", BuildVersion.Text);
            json.WriteString("folder", call.Parts.Options.Home.Folder);
            json.WriteBoolean("readOnly", call.Parts.Options.IsReadOnly);
        }));
    }
}
