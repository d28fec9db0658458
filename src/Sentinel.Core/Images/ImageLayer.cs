using System.IO.Compression;
using System.Security.Cryptography;

namespace Sentinel.Core.Images;

/// <summary>A layer of an image: a tar(5) file.</summary>
/// <param name="Digest">Of the file as it is, uncompressed; an image is known by those of its layers.</param>
/// <param name="Content">Can be read from its beginning as often as needed.</param>
/// <param name="About">What people find in it.</param>
public sealed record ImageLayer(string Digest, Stream Content, string About)
{
    private const string Algorithm = "sha256:";

    /// <summary>In bytes.</summary>
    public long Size => Content.Length;

    /// <summary>A layer that is complete, compressed by gzip(1) or not.</summary>
    /// <param name="newFile">Makes an empty file that is gone once it is closed.</param>
    internal static ImageLayer Of(Stream content, string about, Func<Stream> newFile)
    {
        var plain = Uncompressed(content, newFile);
        return new ImageLayer(DigestOf(plain), plain, about);
    }

    /// <summary>The same content, uncompressed.</summary>
    internal static Stream Uncompressed(Stream content, Func<Stream> newFile)
    {
        if (!IsCompressed(content))
            return content;
        var plain = newFile();
        using (var unpacked = new GZipStream(content, CompressionMode.Decompress, leaveOpen: true))
            unpacked.CopyTo(plain);
        plain.Position = 0;
        return plain;
    }

    internal static string DigestOf(Stream content)
    {
        content.Position = 0;
        var digest = Algorithm + Convert.ToHexStringLower(SHA256.HashData(content));
        content.Position = 0;
        return digest;
    }

    internal static string DigestOf(byte[] content) => Algorithm + Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>A digest as the name of a file.</summary>
    internal static string NameOf(string digest) => digest[Algorithm.Length..];

    private static bool IsCompressed(Stream content)
    {
        var head = new byte[2];
        var isCompressed = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head is [0x1f, 0x8b];
        content.Position = 0;
        return isCompressed;
    }
}
