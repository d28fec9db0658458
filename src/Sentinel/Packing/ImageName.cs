using System.Text.RegularExpressions;

namespace Sentinel.Packing;

/// <summary>The name of a container image, as engines take it.</summary>
internal static partial class ImageName
{
    /// <summary>With a tag in any case.</summary>
    /// <exception cref="FormatException">It cannot be one.</exception>
    public static string Parse(string text) => Reference().Match(text) is { Success: true } match
        ? match.Groups["tag"].Success ? text : $"{text}:latest"
        : throw new FormatException($"'{text}' cannot be the name of an image: it is as in shop/api:2, of small letters, digits and . _ - between them");

    /// <summary>Of the words that people name things by.</summary>
    public static string Of(params string[] words) => $"{string.Join('-', words.Select(word => NotInNames().Replace(word.ToLowerInvariant(), "-").Trim('-', '.', '_')).Where(word => word.Length > 0))}:latest";

    // See distribution/reference: a host with a port, parts of a path, a tag.
    [GeneratedRegex(@"^(?:[a-zA-Z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::(?<tag>\w[\w.-]{0,127}))?$")]
    private static partial Regex Reference();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInNames();
}
