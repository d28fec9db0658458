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

/// <summary>A line of what <c>logs --json</c> prints.</summary>
internal sealed record LogLineJson(string Process, string Stream, string Text, DateTimeOffset? Time);

[JsonSerializable(typeof(StartupJson))]
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
