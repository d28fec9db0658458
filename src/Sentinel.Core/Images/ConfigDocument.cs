using System.Globalization;
using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Core.Images;

/// <summary>The configuration of an image as a document, as docker and the OCI image specification have it: what the base says, and more.</summary>
internal sealed class ConfigDocument(ImageConfig config, BaseImage under, IReadOnlyList<ImageLayer> own)
{
    // That of docker, for an image that does not say.
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // What is said anew; Cmd would become arguments of the entry point.
    private static readonly HashSet<string> Replaced = ["Env", "ExposedPorts", "Labels", "Entrypoint", "Cmd", "WorkingDir", "ArgsEscaped"];

    // What docker notes of the container that an image was made in.
    private static readonly HashSet<string> Outdated = ["architecture", "os", "created", "config", "rootfs", "history", "container", "container_config", "id", "parent"];

    // So that the same image is the same bytes.
    private static readonly string Created = DateTimeOffset.UnixEpoch.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <param name="architecture">For which it is if the base does not say.</param>
    public byte[] Write(string architecture)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("architecture", under.Architecture ?? architecture);
            json.WriteString("os", "linux");
            json.WriteString("created", Created);
            foreach (var property in PropertiesOf(under.Config).Where(property => !Outdated.Contains(property.Name)))
                property.WriteTo(json);
            WriteConfig(json);
            WriteLayers(json);
            WriteHistory(json);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private void WriteConfig(Utf8JsonWriter json)
    {
        var before = Find(under.Config, "config");
        json.WriteStartObject("config");
        foreach (var property in PropertiesOf(before).Where(property => !Replaced.Contains(property.Name)
            && !(property.Name == "User" && config.User is not null) && !(property.Name == "StopSignal" && config.StopSignal is not null)))
            property.WriteTo(json);
        if (config.User is not null)
            json.WriteString("User", config.User);
        if (config.StopSignal is not null)
            json.WriteString("StopSignal", config.StopSignal);
        json.WriteTexts("Env", Variables(before));
        json.WriteTexts("Entrypoint", config.EntryPoint);
        json.WriteString("WorkingDir", config.WorkingDirectory);
        var ports = PropertiesOf(Find(before, "ExposedPorts")).Select(port => port.Name).Concat(config.Ports.Select(port => $"{port}/tcp")).Distinct().ToList();
        if (ports.Count > 0)
        {
            json.WriteStartObject("ExposedPorts");
            foreach (var port in ports)
            {
                json.WriteStartObject(port);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("Labels");
        foreach (var label in PropertiesOf(Find(before, "Labels")).Where(label => !config.Labels.Any(ours => ours.Name == label.Name)))
            label.WriteTo(json);
        foreach (var (name, value) in config.Labels)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private IEnumerable<string> Variables(JsonElement? before)
    {
        var all = new OrderedDictionary<string, string> { ["PATH"] = UsualPath };
        foreach (var text in ElementsOf(Find(before, "Env")).Select(variable => variable.GetString()!))
            all[text.Split('=')[0]] = text[(text.IndexOf('=') + 1)..];
        foreach (var (name, value) in config.Variables)
            all[name] = value;
        return all.Select(variable => $"{variable.Key}={variable.Value}");
    }

    private void WriteLayers(Utf8JsonWriter json)
    {
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        json.WriteTexts("diff_ids", under.Layers.Concat(own).Select(layer => layer.Digest));
        json.WriteEndObject();
    }

    private void WriteHistory(Utf8JsonWriter json)
    {
        json.WriteStartArray("history");
        if (under.Config is null)
            foreach (var layer in under.Layers)
                WriteStep(json, layer);
        foreach (var step in ElementsOf(Find(under.Config, "history")))
            step.WriteTo(json);
        foreach (var layer in own)
            WriteStep(json, layer);
        json.WriteEndArray();
    }

    private static void WriteStep(Utf8JsonWriter json, ImageLayer layer)
    {
        json.WriteStartObject();
        json.WriteString("created", Created);
        json.WriteString("created_by", $"sentinel image: {layer.About}");
        json.WriteEndObject();
    }

    private static JsonElement? Find(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value) ? value : null;

    // Docker writes null for what is empty.
    private static IEnumerable<JsonProperty> PropertiesOf(JsonElement? element) => element is { ValueKind: JsonValueKind.Object } found ? found.EnumerateObject() : [];

    private static IEnumerable<JsonElement> ElementsOf(JsonElement? element) => element is { ValueKind: JsonValueKind.Array } found ? found.EnumerateArray() : [];
}
