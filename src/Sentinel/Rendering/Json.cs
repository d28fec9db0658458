using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>What <c>startup</c> prints.</summary>
internal sealed record StartupJson(
    int SchemaVersion,
    string Kind,
    string Name,
    IReadOnlyList<string> Command,
    string Content,
    string? Path,
    bool Installed,
    IReadOnlyList<string> Warnings);

/// <summary>What <c>doctor</c> prints.</summary>
internal sealed record DoctorJson(int SchemaVersion, IReadOnlyList<FindingJson> Findings, int Broken, int Degraded, IReadOnlyList<string> Warnings)
{
    public static DoctorJson From(IReadOnlyCollection<Finding> findings, IReadOnlyList<string> warnings) => new(
        Json.SchemaVersion,
        [.. findings.Select(finding => new FindingJson(finding.Area, finding.Level.Word(), finding.What, finding.Mend))],
        findings.Count(finding => finding.Level == Level.Broken),
        findings.Count(finding => finding.Level == Level.Degraded),
        warnings);
}

internal sealed record FindingJson(string Area, string Level, string What, string? Mend);

/// <summary>What the <c>daemon</c> commands print.</summary>
internal sealed record DaemonJson(
    int SchemaVersion,
    bool Running,
    int? Pid,
    string? Version,
    DateTimeOffset? StartedAt,
    int? Supervised,
    int? RunningProcesses,
    int? Restarts,
    string? LastError)
{
    public static DaemonJson From(DaemonStatus? status) => new(
        Json.SchemaVersion,
        status is not null,
        status?.Pid,
        status?.Version,
        status?.StartedAt,
        status?.Supervised,
        status?.Running,
        status?.Restarts,
        status?.LastError);
}

/// <summary>A line of what <c>logs --json</c> prints.</summary>
internal sealed record LogLineJson(string Process, string Stream, string Text, DateTimeOffset? Time);

[JsonSerializable(typeof(GroupsJson))]
[JsonSerializable(typeof(PortsJson))]
[JsonSerializable(typeof(EnvironmentJson))]
[JsonSerializable(typeof(StartupJson))]
[JsonSerializable(typeof(DoctorJson))]
[JsonSerializable(typeof(DaemonJson))]
[JsonSerializable(typeof(WhyJson))]
[JsonSerializable(typeof(LogLineJson))]
internal sealed partial class Json : JsonSerializerContext
{
    public const int SchemaVersion = 1;

    public static readonly Json Document = new(Written(isIndented: true));

    public static readonly Json Line = new(Written(isIndented: false));

    // Escapes only what JSON demands: no browser reads this, but people do.
    private static JsonSerializerOptions Written(bool isIndented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = isIndented,
    };
}
