using Sentinel.Core.Images;

namespace Sentinel.Commands;

/// <summary>The file that an image is written to: it is there as a whole or not at all, and what was there before is replaced.</summary>
internal sealed class ImageFile(string path) : IDisposable
{
    private readonly List<Stream> _parts = [];

    /// <summary>Makes an empty file for a part of the image. It has no name any more, so that nothing is left however we end.</summary>
    public Stream NewPart()
    {
        var part = $"{path}.{Environment.ProcessId}.part";
        var made = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite);
        _parts.Add(made);
        File.Delete(part);
        return made;
    }

    /// <summary>Whether a file is an image that was written here.</summary>
    public static bool IsOne(string file)
    {
        if (!file.EndsWith(".tar", StringComparison.Ordinal))
            return false;
        using var content = File.OpenRead(file);
        var head = new byte[ImageArchive.Manifest.Length];
        return content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan().SequenceEqual(System.Text.Encoding.ASCII.GetBytes(ImageArchive.Manifest));
    }

    /// <returns>Its length in bytes.</returns>
    public long Write(ImageArchive image) => WholeFile.Write(path, image.WriteTo, overwrite: true);

    public void Dispose() => _parts.ForEach(part => part.Dispose());
}
