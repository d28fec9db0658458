using System.Text.RegularExpressions;

namespace Sentinel.Core.Imports;

/// <summary>The <c>%(name)s</c> of supervisord.</summary>
internal static partial class SupervisordText
{
    /// <summary>With variables of the environment as <see cref="Interpolation"/> reads them, and other dollars doubled.</summary>
    /// <param name="valueOf">What a name stands for; null: it is not known, and stays.</param>
    public static string Expanded(string text, Func<string, string?> valueOf) => Expansion().Replace(text.Replace("$", "$$"), match =>
    {
        var name = match.Groups["name"].Value;
        if (match.Value == "%%")
            return "%";
        if (name.StartsWith("ENV_", StringComparison.Ordinal))
            return $"${{{name[4..]}}}";
        if (valueOf(name) is not { } value)
            return match.Value;
        var isNumber = int.TryParse(match.Groups["width"].Value, out var width) && value.All(char.IsAsciiDigit);
        return isNumber ? value.PadLeft(width, '0') : value.Replace("$", "$$");
    });

    /// <summary>The names that a text holds.</summary>
    public static IEnumerable<string> NamesIn(string text) => Expansion().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>The variables of <c>KEY="value",OTHER=value</c>; null: it is not of that form.</summary>
    public static IReadOnlyList<(string Name, string Value)>? Variables(string text)
    {
        var rest = text.Trim();
        var variables = new List<(string, string)>();
        while (rest.Length > 0)
        {
            if (Assignment().Match(rest) is not { Success: true } match)
                return null;
            var value = match.Groups["value"].Value;
            variables.Add((match.Groups["name"].Value, value.Length > 1 && value[0] is '"' or '\'' ? value[1..^1] : value));
            rest = rest[match.Length..];
        }

        return variables;
    }

    [GeneratedRegex(@"%%|%\((?<name>\w+)\)0?(?<width>\d?)[sd]")]
    private static partial Regex Expansion();

    [GeneratedRegex(@"^\s*(?<name>[^\s=,""']+)\s*=\s*(?<value>""[^""]*""|'[^']*'|[^\s,""']*)\s*(?:,|$)\s*")]
    private static partial Regex Assignment();
}
