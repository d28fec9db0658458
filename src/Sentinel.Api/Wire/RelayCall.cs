using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>A command line that is to be carried out on another machine.</summary>
/// <param name="Id">Under which it is remembered there, so that it can be asked what became of it; null: it only looks, and ends with the channel.</param>
/// <param name="Arguments">What follows <c>sentinel</c>.</param>
/// <param name="Project">Whose folder it is carried out in; null: the user's own.</param>
public sealed record RelayCall(string? Id, IReadOnlyList<string> Arguments, RelayProject? Project = null)
{
    public static string NewId() => Guid.NewGuid().ToString("N");

    public byte[] ToJson() => JsonFields.Object(JsonFields.Relaxed, json =>
    {
        json.WriteOrNull("id", Id);
        json.WriteTexts("arguments", Arguments);
        json.WriteObjectOrNull("project", Project, (json, project) =>
        {
            json.WriteString("name", project.Name);
            json.WriteString("file", project.File);
        });
    });

    /// <exception cref="JsonException">It is no call.</exception>
    public static RelayCall Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var json = document.RootElement;
        return new RelayCall(
            json.Maybe("id")?.GetString(),
            json.Texts("arguments"),
            json.Maybe("project") is { } project ? new RelayProject(project.Text("name"), project.Text("file")) : null);
    }
}

/// <summary>The project that a call is about.</summary>
/// <param name="Name">Under which it may have been deployed there.</param>
/// <param name="File">Its file here, as an absolute path: where the project was not deployed, it is taken from the same place.</param>
public sealed record RelayProject(string Name, string File);

/// <summary>What a relay says first.</summary>
/// <param name="Version">Of what is said over the channel.</param>
/// <param name="Sentinel">What it is, as <c>--version</c> says it.</param>
public sealed record RelayHello(int Version, string Sentinel)
{
    /// <summary>The version that this is.</summary>
    public const int Ours = 1;

    public byte[] ToJson() => JsonFields.Object(JsonFields.Relaxed, json =>
    {
        json.WriteNumber("relay", Version);
        json.WriteString("sentinel", Sentinel);
    });

    /// <exception cref="JsonException">It is none.</exception>
    public static RelayHello Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return new RelayHello(document.RootElement.Get("relay").GetInt32(), document.RootElement.Text("sentinel"));
    }
}
