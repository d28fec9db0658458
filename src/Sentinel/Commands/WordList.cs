using System.CommandLine;

namespace Sentinel.Commands;

/// <summary>What an option takes that chooses among known words: one or more of them, with commas between.</summary>
internal sealed record WordList(IReadOnlyList<string> Words)
{
    /// <param name="what">What a word stands for, in the plural.</param>
    public static Option<WordList?> Option(string name, string description, string what, IReadOnlyList<string> known)
    {
        var option = SharedOptions.Parsed(name, what, description, text => Parse(text, what, known));
        option.CompletionSources.Add(_ => known.Select(word => new System.CommandLine.Completions.CompletionItem(word)));
        return option;
    }

    /// <exception cref="FormatException">One of them is not known.</exception>
    public static WordList Parse(string text, string what, IReadOnlyList<string> known)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(word => word.ToLowerInvariant()).Distinct().ToList();
        return words.Count == 0 ? throw new FormatException($"give {what}, with commas between: {string.Join(", ", known)}")
            : words.Find(word => !known.Contains(word)) is { } unknown
                ? throw new FormatException($"'{unknown}' is not one of the {what}: {string.Join(", ", known)}")
            : new WordList(words);
    }
}
