using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Core.Images;

namespace Sentinel.Tests.Images;

/// <summary>Images that a test makes, and reads back by hand.</summary>
internal static class Made
{
    public const UnixFileMode Plain = (UnixFileMode)0x1a4, Program = (UnixFileMode)0x1ed;

    public static readonly ImageConfig Config = new()
    {
        EntryPoint = ["./web", "--x"],
        WorkingDirectory = "/app",
        Variables = [("A", "1"), ("PORT", "8080")],
        Ports = [8080],
        Labels = [("sentinel.project", "shop"), ("sentinel.name", "web")],
    };

    public static ImageLayer Layer(params LayerEntry[] entries) => LayerWriter.Write(entries, "files", new MemoryStream());

    public static LayerEntry File(string path, string text, UnixFileMode mode = Plain) => new LayerEntry.File(path, mode, () => new MemoryStream(Encoding.UTF8.GetBytes(text)));

    public static byte[] Image(BaseImage under, params ImageLayer[] own) => Image(Config, under, own);

    public static byte[] Image(ImageConfig config, BaseImage under, params ImageLayer[] own)
    {
        using var file = new MemoryStream();
        new ImageArchive(ImageName.Parse("shop/web:1"), config, under, own, "amd64").WriteTo(file);
        return file.ToArray();
    }

    public static BaseImage Base(byte[] file) => BaseImage.Read(new MemoryStream(file), "amd64", () => new MemoryStream());

    /// <summary>A file with these files, as another program would write it.</summary>
    public static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using var file = new MemoryStream();
        using (var tar = new TarWriter(file, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var (name, content) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        return file.ToArray();
    }

    public static byte[] Packed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
            zip.Write(content);
        return packed.ToArray();
    }

    public static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    public static List<TarEntry> Entries(byte[] tar)
    {
        using var reader = new TarReader(new MemoryStream(tar));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
            entries.Add(entry);
        return entries;
    }

    public static byte[] Content(TarEntry entry)
    {
        using var content = new MemoryStream();
        entry.DataStream?.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>What an engine would find in an image; every name that is a digest is compared with the content.</summary>
    public static (JsonNode Config, List<byte[]> Layers, string Tag) Read(byte[] image)
    {
        var files = Entries(image).ToDictionary(entry => entry.Name, Content);
        var manifest = JsonNode.Parse(files["manifest.json"])!.AsArray().Single()!;
        var configFile = (string)manifest["Config"]!;
        Assert.Equal($"{Digest(files[configFile])[7..]}.json", configFile);
        var config = JsonNode.Parse(files[configFile])!;
        var layers = manifest["Layers"]!.AsArray().Select(name => files[(string)name!]).ToList();
        Assert.Equal(config["rootfs"]!["diff_ids"]!.AsArray().Select(digest => (string)digest!), layers.Select(Digest));
        Assert.Equal("layers", (string)config["rootfs"]!["type"]!);
        // Each step of the history made one layer.
        Assert.Equal(layers.Count, config["history"]!.AsArray().Count(step => step!["empty_layer"] is null));
        return (config, layers, (string)manifest["RepoTags"]!.AsArray().Single()!);
    }
}
