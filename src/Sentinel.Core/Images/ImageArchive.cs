using System.Formats.Tar;
using System.Text.Json;
using Sentinel.Api.Wire;

namespace Sentinel.Core.Images;

/// <summary>An image as one file, such as <c>docker load</c> and <c>podman load</c> read: a list, the configuration, and the layers.</summary>
public sealed class ImageArchive
{
    /// <summary>What such a file begins with.</summary>
    public const string Manifest = "manifest.json";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly ImageName _name;
    private readonly byte[] _config;

    /// <param name="own">Layers on top of those of the base.</param>
    /// <param name="architecture">For which it is if the base does not say, as docker calls it.</param>
    public ImageArchive(ImageName name, ImageConfig config, BaseImage under, IReadOnlyList<ImageLayer> own, string architecture)
    {
        _name = name;
        Layers = [.. under.Layers, .. own];
        _config = new ConfigDocument(config, under, own).Write(architecture);
        Id = ImageLayer.DigestOf(_config);
    }

    /// <summary>From the lowest up.</summary>
    public IReadOnlyList<ImageLayer> Layers { get; }

    /// <summary>By which docker knows the image, whatever it is called.</summary>
    public string Id { get; }

    public void WriteTo(Stream file)
    {
        using var tar = new TarWriter(file, TarEntryFormat.Gnu, leaveOpen: true);
        Add(tar, Manifest, new MemoryStream(ManifestDocument()));
        Add(tar, $"{ImageLayer.NameOf(Id)}.json", new MemoryStream(_config));
        foreach (var layer in Layers.DistinctBy(layer => layer.Digest))
            Add(tar, FileOf(layer), layer.Content);
    }

    private byte[] ManifestDocument()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("Config", $"{ImageLayer.NameOf(Id)}.json");
            json.WriteTexts("RepoTags", [_name.ToString()]);
            json.WriteTexts("Layers", Layers.Select(FileOf));
            json.WriteEndObject();
            json.WriteEndArray();
        }

        return bytes.ToArray();
    }

    private static string FileOf(ImageLayer layer) => $"{ImageLayer.NameOf(layer.Digest)}.tar";

    private static void Add(TarWriter tar, string name, Stream content)
    {
        content.Position = 0;
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name) { Mode = Readable, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = content });
    }
}
