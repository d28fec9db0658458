namespace Sentinel.Core.Watches;

/// <summary>The lines of a .gitignore file; see gitignore(5).</summary>
internal sealed class IgnoreRules
{
    public static readonly IgnoreRules None = new([], withBraces: false);

    private readonly Rule[] _rules;

    /// <param name="withBraces">Whether {a,b} stands for a and for b: not so in such a file.</param>
    public IgnoreRules(IEnumerable<string> lines, bool withBraces) =>
        _rules = [.. lines.Select(line => Rule.Parse(line, withBraces)).OfType<Rule>()];

    public bool IsEmpty => _rules.Length == 0;

    /// <summary>Whether a file or folder is left out, by the last line that matches it; null: none does.</summary>
    /// <param name="names">Of its path, relative to the folder of the file.</param>
    public bool? LeavesOut(ReadOnlySpan<string> names, bool isFolder)
    {
        for (var i = _rules.Length - 1; i >= 0; i--)
            if ((isFolder || !_rules[i].IsOfFolders) && _rules[i].Pattern.Matches(names))
                return !_rules[i].TakesBack;
        return null;
    }

    private sealed record Rule(PathPattern Pattern, bool IsOfFolders, bool TakesBack)
    {
        public static Rule? Parse(string line, bool withBraces)
        {
            line = Trimmed(line);
            if (line.Length == 0 || line[0] == '#')
                return null;
            var takesBack = line[0] == '!';
            if (takesBack)
                line = line[1..];
            var isOfFolders = line.EndsWith('/');
            var pattern = line.TrimEnd('/');
            // Without a / in front or in between, it is a name, in whatever folder.
            return pattern.Length == 0 ? null : new Rule(new PathPattern(pattern.Contains('/') ? pattern : $"**/{pattern}", withBraces), isOfFolders, takesBack);
        }

        // A blank at the end counts only with a backslash in front of it.
        private static string Trimmed(string line)
        {
            line = line.TrimEnd('\r', '\n');
            var end = line.Length;
            while (end > 0 && line[end - 1] is ' ' or '\t' && !(end > 1 && line[end - 2] == '\\'))
                end--;
            return line[..end];
        }
    }
}
