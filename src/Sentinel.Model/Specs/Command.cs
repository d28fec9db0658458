using System.Text;

namespace Sentinel.Model.Specs;

/// <summary>A program and its arguments, as they are executed.</summary>
/// <param name="Arguments">The argument vector, never empty; the first names the program.</param>
/// <param name="Text">What people read: the line as it was typed, or the arguments quoted for a shell.</param>
/// <param name="Shell">Whether the program is a shell that interprets <paramref name="Text"/>.</param>
public sealed record Command(IReadOnlyList<string> Arguments, string Text, bool Shell)
{
    /// <summary>
    /// A single word is a shell command line; several words are executed as they are. A line that does not need a shell is split
    /// and executed directly, so that the process is the program itself.
    /// </summary>
    /// <param name="isExact">Whether a single word is also a program rather than a command line.</param>
    /// <exception cref="FormatException">There is no command, or the line is not well formed.</exception>
    public static Command From(IReadOnlyList<string> words, bool isExact = false)
    {
        if (words.Any(word => word.Contains('\0')))
            throw new FormatException("a command cannot contain the character NUL");
        if (words.Count == 0 || string.IsNullOrWhiteSpace(words[0]))
            throw new FormatException("the command is empty");
        if (words.Count > 1 || isExact)
            return new Command(words, string.Join(' ', words.Select(Quote)), Shell: false);

        var line = words[0];
        return ShellWords.Split(line) is { } split
            ? new Command(split, line, Shell: false)
            : new Command(["/bin/sh", "-c", line], line, Shell: true);
    }

    /// <summary>The base name of the program that people would say is running.</summary>
    public string ProgramName
    {
        get
        {
            var program = Shell ? ShellWords.FirstProgram(Text) ?? "sh" : Arguments[0];
            return program[(program.TrimEnd('/').LastIndexOf('/') + 1)..].TrimEnd('/');
        }
    }

    private static string Quote(string word, int index)
    {
        // A bare = in the first word would make it an assignment.
        var plain = index == 0 ? "-_./:@%+," : "-_./:@%+,=";
        if (word.Length > 0 && !HasOthers(word, plain))
            return word;
        if (!NativeText.IsText(word))
            return $"$'{NativeText.Readable(word.Replace(@"\", @"\\").Replace("'", @"\'"))}'";
        return new StringBuilder("'").Append(word.Replace("'", "'\\''")).Append('\'').ToString();
    }

    private static bool HasOthers(string word, string plain)
    {
        foreach (var c in word)
            if (!char.IsLetterOrDigit(c) && !plain.Contains(c))
                return true;
        return false;
    }
}
