using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Packing;

/// <summary>A container image as <c>docker load</c>, <c>podman load</c> and <c>ctr images import</c> read it: no daemon and no registry is needed to write it.</summary>
/// <param name="Base">Null: nothing is below it.</param>
/// <param name="Own">The layer that is added.</param>
/// <param name="Words">What it runs.</param>
/// <param name="Folder">Where it runs it.</param>
/// <param name="Variables">What it adds to the environment of its base.</param>
internal sealed record ContainerImage(
    BaseImage? Base, ImageLayer Own, IReadOnlyList<string> Words, string Folder, IReadOnlyDictionary<string, string> Variables, IReadOnlyDictionary<string, string> Labels)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public IReadOnlyList<ImageLayer> Layers => [.. Base?.Layers ?? [], Own];

    /// <summary>The hash of its config, by which engines know it.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Config()));

    /// <summary>Writes it under a name.</summary>
    /// <exception cref="IOException">It cannot be written; then there is no such file.</exception>
    public void Write(string path, string name)
    {
        var part = $"{path}.{Environment.ProcessId}";
        try
        {
            using (var file = new FileStream(part, FileMode.CreateNew))
            using (var tar = new TarWriter(file, TarEntryFormat.Gnu))
            {
                Add(tar, $"{Id}.json", new MemoryStream(Config()));
                // The same layer twice is one file.
                foreach (var layer in Layers.DistinctBy(layer => layer.Hash))
                    using (var content = File.OpenRead(layer.Path))
                        Add(tar, $"{layer.Hash}.tar", content);
                Add(tar, "manifest.json", new MemoryStream(Manifest(name)));
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static void Add(TarWriter tar, string name, Stream content) =>
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = Readable, ModificationTime = DateTimeOffset.UnixEpoch });

    private byte[] Manifest(string name)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("Config", $"{Id}.json");
            json.WriteTexts("RepoTags", [name]);
            json.WriteTexts("Layers", Layers.Select(layer => $"{layer.Hash}.tar"));
            json.WriteEndObject();
            json.WriteEndArray();
        }

        return bytes.ToArray();
    }

    private byte[] Config() => JsonFields.Object(JsonFields.Relaxed, json =>
    {
        var own = Base?.Config?.Maybe("config");
        json.WriteString("architecture", Base?.Config?.Maybe("architecture")?.GetString() ?? (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64"));
        json.WriteString("os", "linux");
        // No time: the same files are the same image.
        json.WriteString("created", "1970-01-01T00:00:00Z");
        json.WriteStartObject("config");
        foreach (var kept in own?.EnumerateObject().Where(property => property.Name is not ("Env" or "Entrypoint" or "Cmd" or "WorkingDir" or "Labels")) ?? [])
            kept.WriteTo(json);
        var given = own?.Maybe("Env") is { } environment ? JsonFields.TextsOf(environment, "Env") : [];
        json.WriteTexts("Env", given.Where(variable => !Variables.ContainsKey(variable.Split('=')[0])).Concat(Variables.Select(variable => $"{variable.Key}={variable.Value}")));
        json.WriteTexts("Entrypoint", Words);
        json.WriteString("WorkingDir", Folder);
        json.WriteStartObject("Labels");
        foreach (var label in own?.Maybe("Labels")?.EnumerateObject().Where(label => !Labels.ContainsKey(label.Name)) ?? [])
            label.WriteTo(json);
        foreach (var (key, value) in Labels)
            json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        json.WriteTexts("diff_ids", Layers.Select(layer => $"sha256:{layer.Hash}"));
        json.WriteEndObject();
    });
}
