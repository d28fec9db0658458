namespace Sentinel.Core.Imports;

/// <summary>What starts several commands at once: concurrently, npm-run-all, run-p.</summary>
/// <param name="Parts">Each a command, or <c>npm:NAME</c>, and the name that it is given.</param>
internal sealed record Parallel(IReadOnlyList<(string Command, string? Name)> Parts, IReadOnlyList<string> Options)
{
    private static readonly string[] WithValue =
    [
        "-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "--restart-tries", "--restart-after", "-l", "--prefix-length",
        "-m", "--max-processes", "--success", "-s",
    ];

    /// <summary>Null: the line starts one thing.</summary>
    public static Parallel? Of(IReadOnlyList<string> words) => words.Count < 2 ? null : words[0] switch
    {
        "concurrently" => Concurrently([.. words.Skip(1)]),
        "run-p" => RunAll([.. words.Skip(1)]),
        "npm-run-all" when words.Contains("-p") || words.Contains("--parallel") =>
            RunAll([.. words.Skip(1).Where(word => word is not ("-p" or "--parallel"))]),
        _ => null,
    };

    private static Parallel Concurrently(List<string> words)
    {
        var parts = new List<string>();
        var options = new List<string>();
        string[] names = [];
        for (var i = 0; i < words.Count; i++)
        {
            var hasValue = WithValue.Contains(words[i]) && i + 1 < words.Count;
            if (hasValue && words[i] is "-n" or "--names")
                names = words[i + 1].Split(',', StringSplitOptions.TrimEntries);
            else if (words[i].StartsWith('-'))
                options.Add(words[i]);
            else
                parts.Add(words[i]);
            i += hasValue ? 1 : 0;
        }

        return new Parallel([.. parts.Select((part, index) => (part, index < names.Length && names[index].Length > 0 ? names[index] : null))], options);
    }

    private static Parallel RunAll(List<string> words) =>
        new([.. words.Where(word => !word.StartsWith('-')).Select(word => ($"npm:{word}", (string?)null))], [.. words.Where(word => word.StartsWith('-'))]);
}
