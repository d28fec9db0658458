using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;

namespace Sentinel.Rendering;

/// <summary>Documents of <c>--json</c> whose parts also go over the socket.</summary>
internal static class Documents
{
    /// <summary>What <c>list</c> and <c>status</c> print.</summary>
    public static byte[] Of(Answer.Processes answer, IEnumerable<Outcome.Restarted> restarts, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("processes", answer.All, process => ProcessDocument.Write(json, process));
        json.WriteObjects("autoRestarted", restarts, restarted =>
        {
            json.WriteNumber("id", restarted.Process.Id);
            json.WriteString("name", restarted.Process.Name);
            json.WriteOrNull("oldPid", restarted.OldPid);
            json.WriteOrNull("newPid", restarted.Process.Pid);
        });
        json.WriteTexts("warnings", warnings);
        json.WriteNumber("lastEvent", answer.LastEvent);
    });

    /// <summary>What every command that changes something prints.</summary>
    public static byte[] Of(IEnumerable<Outcome> outcomes, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("results", outcomes, outcome => OutcomeDocument.Write(json, outcome));
        json.WriteTexts("warnings", warnings);
    });

    private static byte[] Written(Action<Utf8JsonWriter> write) => JsonFields.Object(JsonFields.Relaxed with { Indented = true }, json =>
    {
        json.WriteNumber("schemaVersion", Json.SchemaVersion);
        write(json);
    });
}
