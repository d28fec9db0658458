namespace Sentinel.Core.Watches;

/// <summary>Names that no process depends on: what version control, package managers and editors keep for themselves.</summary>
internal static class NeverCounted
{
    private static readonly string[] Folders = [".git", ".hg", ".jj", "node_modules", "__pycache__", ".venv"];

    // Vim asks by 4913 whether it may create files.
    private static readonly PathPattern[] Editors =
        [.. new[] { "*~", ".*.sw?", "4913", ".#*", "#*#", "*___jb_tmp___", "*___jb_old___" }.Select(pattern => new PathPattern(pattern, withBraces: false))];

    public static bool Is(string name) => Folders.Contains(name) || Array.Exists(Editors, pattern => pattern.Matches(new ReadOnlySpan<string>(in name)));
}
