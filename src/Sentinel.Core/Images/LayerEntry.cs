namespace Sentinel.Core.Images;

/// <summary>Something that a layer puts into an image.</summary>
/// <param name="Path">In the image, without a slash in front.</param>
public abstract record LayerEntry(string Path)
{
    public sealed record Folder(string Path, UnixFileMode Mode) : LayerEntry(Path);

    /// <param name="Open">Opens its content, from the beginning and with its length.</param>
    public sealed record File(string Path, UnixFileMode Mode, Func<Stream> Open) : LayerEntry(Path);

    /// <param name="Target">As the link has it.</param>
    public sealed record Link(string Path, string Target) : LayerEntry(Path);
}
