namespace Sentinel.Screen.Cells;

/// <summary>What a terminal can show, as the environment tells it.</summary>
internal sealed record TerminalTraits(ColorDepth Depth, bool HasUnicode)
{
    // Of which no colours are known.
    private static readonly string[] Monochrome = ["vt52", "vt100", "vt102", "vt220", "vt320"];

    /// <param name="variable">A variable of the environment; null: it is not set.</param>
    /// <returns>Null: nothing can be drawn on it.</returns>
    public static TerminalTraits? Of(Func<string, string?> variable)
    {
        if (variable("TERM") is not { Length: > 0 } term || term == "dumb")
            return null;
        // See no-color.org: set and not empty.
        var depth = variable("NO_COLOR") is { Length: > 0 } || Monochrome.Contains(term) || term.EndsWith("-m", StringComparison.Ordinal) || term.EndsWith("-mono", StringComparison.Ordinal) ? ColorDepth.None
            : variable("COLORTERM") is "truecolor" or "24bit" || term.EndsWith("-direct", StringComparison.Ordinal) ? ColorDepth.True
            : term.Contains("256color") || term.StartsWith("xterm-kitty", StringComparison.Ordinal) || term is "alacritty" or "foot" or "wezterm" ? ColorDepth.TwoHundredFiftySix
            : ColorDepth.Sixteen;
        // The first that is set counts: locale(7). Where none is, terminals of today take UTF-8.
        var locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(variable).FirstOrDefault(value => value is { Length: > 0 });
        return new TerminalTraits(depth, locale is null || locale.Replace("-", "").Contains("utf8", StringComparison.OrdinalIgnoreCase));
    }
}
