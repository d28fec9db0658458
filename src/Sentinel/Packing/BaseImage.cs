using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Packing;

/// <summary>What an image is put on: the image of an archive as <c>docker save</c> and <c>podman save</c> write it, or the files of a system in a tar(5) file.</summary>
/// <param name="Config">That of the image; null: it has none.</param>
internal sealed record BaseImage(IReadOnlyList<ImageLayer> Layers, JsonElement? Config)
{
    private const string ManifestName = "manifest.json";

    /// <param name="folder">For its layers.</param>
    /// <exception cref="PackingException">It is no such file.</exception>
    public static BaseImage Read(string path, string folder)
    {
        try
        {
            var unpacked = Path.Combine(folder, "base.tar");
            using (var file = File.OpenRead(path))
            using (var to = File.Create(unpacked))
                Unpacked(file).CopyTo(to);
            return ReadArchive(unpacked, folder) ?? new BaseImage([ImageLayer.Of(unpacked)], null);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or FormatException or InvalidOperationException or EndOfStreamException)
        {
            throw new PackingException($"{path} is neither an archive of an image nor a tar file: {e.Message}");
        }
    }

    // Null: it is no archive of an image.
    private static BaseImage? ReadArchive(string path, string folder)
    {
        var part = Path.Combine(folder, "base.part");
        if (!Extract(path, ManifestName, part))
            return null;
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(part));
        if (manifest.RootElement.GetArrayLength() != 1)
            throw new FormatException("it has several images; save one");
        var image = manifest.RootElement[0];
        if (!Extract(path, image.Text("Config"), part))
            throw new FormatException("its config is missing");
        using var config = JsonDocument.Parse(File.ReadAllBytes(part));
        var layers = new List<ImageLayer>();
        foreach (var name in image.Texts("Layers"))
        {
            if (!Extract(path, name, part))
                throw new FormatException($"{name} is missing");
            var layer = Path.Combine(folder, $"base-{layers.Count}.tar");
            using (var packed = File.OpenRead(part))
            using (var to = File.Create(layer))
                Unpacked(packed).CopyTo(to);
            layers.Add(ImageLayer.Of(layer));
        }

        return new BaseImage(layers, config.RootElement.Clone());
    }

    // False: it has no such file.
    private static bool Extract(string path, string name, string to)
    {
        using var file = File.OpenRead(path);
        using var tar = new TarReader(file);
        while (tar.GetNextEntry() is { } entry)
            if (entry.Name.TrimStart('.', '/') == name && entry.DataStream is { } content)
            {
                using var part = File.Create(to);
                content.CopyTo(part);
                return true;
            }

        return false;
    }

    private static Stream Unpacked(Stream stream)
    {
        var head = new byte[2];
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return read == head.Length && head is [0x1f, 0x8b] ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }
}
