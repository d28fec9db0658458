namespace Sentinel.Model.Specs;

/// <summary>Which files a process depends on, and what is done when the content of one of them changes.</summary>
public sealed record WatchRule
{
    /// <summary>The folder that it runs in.</summary>
    public const string Here = ".";

    /// <summary>Files, folders and patterns, relative to its working directory or absolute.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [Here];

    /// <summary>Patterns of files that do not count, as a .gitignore has them, and with braces.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    public WatchAction Then { get; init; } = WatchAction.Default;

    /// <summary>Whether .gitignore and .ignore files say what does not count.</summary>
    public bool UsesGitignore { get; init; } = true;

    /// <summary>Splits a text at the commas that are not within braces.</summary>
    /// <exception cref="FormatException">One of them is empty.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        var paths = new List<string>();
        var (start, depth) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                paths.Add(text[start..i]);
                start = i + 1;
            }
            else if (text[i] == '{' && text.IndexOf('}', i) > 0)
                depth++;
            else if (text[i] == '}' && depth > 0)
                depth--;
        return paths.Contains("") ? throw new FormatException($"--watch takes files, folders and patterns with commas between them, not '{text}'") : paths;
    }
}
