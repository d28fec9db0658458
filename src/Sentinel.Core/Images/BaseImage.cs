using System.Text.Json;

namespace Sentinel.Core.Images;

/// <summary>What an image is built on: another image, the files of a system, or nothing.</summary>
public sealed class BaseImage
{
    private const string Index = "index.json";

    private BaseImage(IReadOnlyList<ImageLayer> layers, JsonElement? config) => (Layers, Config) = (layers, config);

    /// <summary>From the lowest up.</summary>
    public IReadOnlyList<ImageLayer> Layers { get; }

    /// <summary>As the image has it; null: it is no image.</summary>
    internal JsonElement? Config { get; }

    public bool IsEmpty => Layers.Count == 0;

    /// <summary>The one that it is for, as docker calls it; null: it does not say.</summary>
    public string? Architecture => Config is { } config && config.TryGetProperty("architecture", out var value) ? value.GetString() : null;

    /// <summary>For programs that need nothing else.</summary>
    public static BaseImage Scratch { get; } = new([], null);

    /// <summary>Reads what <c>docker save</c> or <c>podman save</c> has written or, if it is neither, the files of a system; compressed or not.</summary>
    /// <param name="tar">Stays open as long as the image is used.</param>
    /// <param name="architecture">The one to take where there are several.</param>
    /// <param name="newFile">Makes an empty file that is gone once it is closed.</param>
    /// <exception cref="BaseImageException">It is none of these, or damaged.</exception>
    public static BaseImage Read(Stream tar, string architecture, Func<Stream> newFile)
    {
        try
        {
            var plain = ImageLayer.Uncompressed(tar, newFile);
            var files = new TarFiles(plain);
            if (files.Find(ImageArchive.Manifest) is { } manifest)
                return OfDocker(files, Parse(manifest), newFile);
            if (files.Find(Index) is { } index && files.Find("oci-layout") is not null)
                return OfLayout(files, Parse(index), architecture, newFile);
            plain.Position = 0;
            return files.Count > 0 ? new BaseImage([ImageLayer.Of(plain, "files of the base", newFile)], null) : throw new BaseImageException("it is no tar file, or has no files");
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException or EndOfStreamException)
        {
            throw new BaseImageException($"it is no tar file, or it is damaged ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static BaseImage OfDocker(TarFiles files, JsonElement images, Func<Stream> newFile)
    {
        if (images.GetArrayLength() != 1)
            throw new BaseImageException($"it has {images.GetArrayLength()} images, not one: save one alone");
        var image = images[0];
        return Of(files, image.GetProperty("Config").GetString()!, image.GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()!), newFile);
    }

    private static BaseImage OfLayout(TarFiles files, JsonElement index, string architecture, Func<Stream> newFile)
    {
        var manifest = index;
        // An index may lead to one index more, with a manifest for each architecture.
        for (var depth = 0; manifest.TryGetProperty("manifests", out var choice) && depth < 3; depth++)
        {
            var all = choice.EnumerateArray().ToList();
            var fitting = all.Where(one => all.Count == 1 || ArchitectureOf(one) == architecture).ToList();
            if (fitting is not [var only])
                throw new BaseImageException(
                    fitting.Count == 0 ? $"it has no image for {architecture}" : $"it has {fitting.Count} images for {architecture}, not one: save one alone");
            manifest = Parse(BlobOf(files, only.GetProperty("digest").GetString()!));
        }

        return Of(
            files,
            PathOf(manifest.GetProperty("config").GetProperty("digest").GetString()!),
            manifest.GetProperty("layers").EnumerateArray().Select(layer => PathOf(layer.GetProperty("digest").GetString()!)),
            newFile);
    }

    private static string? ArchitectureOf(JsonElement descriptor) =>
        descriptor.TryGetProperty("platform", out var platform) && platform.TryGetProperty("architecture", out var value) ? value.GetString() : null;

    private static BaseImage Of(TarFiles files, string config, IEnumerable<string> layers, Func<Stream> newFile)
    {
        var about = Parse(files.Find(config) ?? throw Missing(config));
        var read = layers.Select(path => ImageLayer.Of(files.Find(path) ?? throw Missing(path), "layer of the base", newFile)).ToList();
        var digests = about.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(digest => digest.GetString()).ToList();
        return digests.SequenceEqual(read.Select(layer => layer.Digest)) ? new BaseImage(read, about)
            : throw new BaseImageException("its layers are not those that its configuration names, or are compressed by something else than gzip");
    }

    private static Stream BlobOf(TarFiles files, string digest) => files.Find(PathOf(digest)) ?? throw Missing(PathOf(digest));

    private static string PathOf(string digest) => $"blobs/{digest.Replace(':', '/')}";

    private static BaseImageException Missing(string path) => new($"it lacks its own file {path}");

    private static JsonElement Parse(Stream json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

/// <summary>Something can be no base of an image; the message says why, as a clause without a full stop.</summary>
public sealed class BaseImageException(string why, Exception? cause = null) : Exception(why, cause);
