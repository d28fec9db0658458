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

    /// <summary>What <c>group list</c> prints.</summary>
    public static byte[] Of(IEnumerable<GroupInfo> groups, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("groups", groups, group => GroupInfoDocument.Write(json, group));
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>port list</c> prints.</summary>
    public static byte[] Of(IEnumerable<PortInfo> ports, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("ports", ports, port => PortDocument.Write(json, port));
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>env</c> prints.</summary>
    public static byte[] Of(EnvironmentInfo environment, IReadOnlyList<string> warnings) => Written(json =>
    {
        EnvironmentDocument.Write(json, environment);
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>doctor</c> prints.</summary>
    public static byte[] Of(IReadOnlyCollection<Finding> findings, IReadOnlyList<string> warnings) => Written(json =>
    {
        FindingDocument.Write(json, findings);
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What the <c>daemon</c> commands print.</summary>
    /// <param name="status">Null: no daemon is running.</param>
    /// <param name="stopped">The pid of the daemon that ran until now.</param>
    public static byte[] Of(DaemonStatus? status, int? stopped) => Written(json => DaemonDocument.Write(json, status, stopped));

    private static byte[] Written(Action<Utf8JsonWriter> write) => JsonFields.Object(JsonFields.Relaxed with { Indented = true }, json =>
    {
        json.WriteNumber("schemaVersion", Json.SchemaVersion);
        write(json);
    });
}
