namespace Sentinel.Core.Images;

/// <summary>The folder that is taken into an image.</summary>
/// <param name="Path">Here, as an absolute path.</param>
/// <param name="To">There, as an absolute path.</param>
/// <param name="Files">What is taken, relative to it.</param>
public sealed record ImageFolder(string Path, string To, IReadOnlySet<string> Files)
{
    /// <summary>Where a path of this machine is in the image; null: it is not of the folder.</summary>
    public string? Of(string path) => path == Path ? To : path.StartsWith($"{Path}/", StringComparison.Ordinal) ? $"{To}/{path[(Path.Length + 1)..]}" : null;

    /// <summary>Whether a path of the image can be there: it is no path of the folder, or one that is taken.</summary>
    public bool MayHave(string path) =>
        !path.StartsWith($"{To}/", StringComparison.Ordinal) || path[(To.Length + 1)..] is var file && (Files.Contains(file) || Files.Any(taken => file.StartsWith($"{taken}/", StringComparison.Ordinal)));
}
