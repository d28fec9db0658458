namespace Sentinel.Core.Projects;

/// <summary>A need as a text: <c>db</c>, <c>db,optional:healthy</c>, <c>db:log=ready</c>.</summary>
/// <param name="Until">What is waited for; null: what fits the other process.</param>
internal sealed record Need(string Name, IReadOnlyList<string> Flags, string? Until)
{
    public bool IsOptional => Flags.Contains("optional");

    /// <summary>Whether it is of another project.</summary>
    public bool IsElsewhere => Name.Contains('/');

    /// <summary>What is wrong with it; null: nothing.</summary>
    public string? WhyNot =>
        Name.Length == 0 ? "a need has no name: \"db\""
        : Flags.FirstOrDefault(flag => !NeedForm.Flags.Contains(flag)) is { } flag ? Unknown(flag, NeedForm.Flags)
        : Until is null || NeedForm.Conditions.Contains(Until) || NeedForm.OwnConditions.Any(own => Until.StartsWith($"{own}=", StringComparison.Ordinal) && Until.Length > own.Length + 1) ? null
        : Unknown(Until, NeedForm.Conditions);

    private static string Unknown(string word, IReadOnlyList<string> known) =>
        $"a need takes {string.Join(", ", known)}, not '{word}'" + (FileKeys.Nearest(word, known) is { } nearest ? $"; did you mean '{nearest}'?" : "");

    public static Need Parse(string text)
    {
        var colon = text.IndexOf(':');
        var words = (colon < 0 ? text : text[..colon]).Split(',', StringSplitOptions.TrimEntries);
        return new Need(words[0], words[1..], colon < 0 ? null : text[(colon + 1)..]);
    }
}
