using Sentinel.Model.Specs;

namespace Sentinel.Core.Hooks;

/// <summary>What hooks may be given, on a command line as in a file.</summary>
public static class HookRules
{
    /// <param name="key">What it is given as.</param>
    /// <exception cref="FormatException">It is no URL of a webhook.</exception>
    public static void CheckUrl(string key, string url)
    {
        if (!(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && parsed.UserInfo.Length == 0))
            throw new FormatException($"--{key} takes a URL that begins with http:// or https://, without a password in it, not '{url}'");
    }

    /// <param name="key">What they are given as.</param>
    /// <param name="headers">Each as <c>NAME=file:PATH</c> or <c>NAME=cmd:COMMAND</c>.</param>
    /// <param name="fileOf">Makes a path absolute.</param>
    /// <exception cref="FormatException">One is none.</exception>
    public static IReadOnlyList<(string Name, Secret Value)> Headers(string key, IReadOnlyList<string> headers, Func<string, string> fileOf) => [.. headers.Select((header, i) =>
    {
        var at = header.IndexOf('=');
        var name = at > 0 ? header[..at] : throw new FormatException($"--{key} takes NAME=file:PATH or NAME=cmd:COMMAND, not '{header}'");
        // The names of headers may be none of variables.
        return !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? throw new FormatException($"'{name}' cannot be the name of a header")
            : (name, Secret.Parse($"SENTINEL_HEADER_{i}={header[(at + 1)..]}", fileOf));
    })];
}
