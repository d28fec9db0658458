using System.Text.RegularExpressions;

namespace Sentinel.Core.Images;

/// <summary>The name of an image and its tag, as docker's grammar of references has them.</summary>
/// <param name="Name">With the registry, if one is named.</param>
public sealed partial record ImageName(string Name, string Tag)
{
    private const string Latest = "latest";

    private const int LongestName = 255;

    /// <summary>Parses <c>NAME</c> and <c>NAME:TAG</c>.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ImageName Parse(string text)
    {
        // A colon before a slash is that of a port.
        var colon = text.LastIndexOf(':');
        var (name, tag) = colon > text.LastIndexOf('/') ? (text[..colon], text[(colon + 1)..]) : (text, Latest);
        if (name.Length > LongestName || !NameForm().IsMatch(name))
            throw new FormatException(
                $"'{name}' cannot be the name of an image: it has small letters and digits, with single '.', '_' or '-' between them, and may have a registry in front, as in registry.example/shop/web:1");
        return TagForm().IsMatch(tag) ? new ImageName(name, tag)
            : throw new FormatException($"'{tag}' cannot be the tag of an image: it has up to 128 letters, digits, '.', '_' and '-', and begins with a letter, a digit or '_'");
    }

    /// <summary>A name for the file that it is written to.</summary>
    public string FileName => $"{Name.Replace('/', '-').Replace(':', '-')}-{Tag}.tar";

    public override string ToString() => $"{Name}:{Tag}";

    // What comes first is a registry if it has a dot or a port.
    [GeneratedRegex(@"\A(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)+(?::[0-9]+)?|:[0-9]+)/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}\z")]
    private static partial Regex TagForm();
}
