using System.Text;

namespace Sentinel.Core.Watches;

/// <summary>
/// A pattern of paths: * and ? match within a name, [a-z] and [!a] one character, and ** any folders in between. A backslash takes the
/// next character as it is.
/// </summary>
internal sealed class PathPattern
{
    private const string AnyFolders = "**";

    // {a,b}{a,b}... doubles with each pair.
    private const int MostAlternatives = 256;

    private readonly string[][] _alternatives;

    /// <param name="withBraces">Whether {a,b} stands for a and for b.</param>
    public PathPattern(string pattern, bool withBraces) =>
        _alternatives = [.. (withBraces ? Expanded(pattern) : [pattern]).Select(NamesOf)];

    /// <summary>Whether a text is more than the name of one file.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny("*?[{") >= 0;

    /// <param name="path">Names with / between them; none before the first or after the last.</param>
    public bool Matches(string path) => Matches(path.Split('/'));

    /// <param name="names">Of a path.</param>
    public bool Matches(ReadOnlySpan<string> names)
    {
        foreach (var alternative in _alternatives)
            if (Matches(alternative, names))
                return true;
        return false;
    }

    // A second ** in a row adds nothing.
    private static string[] NamesOf(string pattern)
    {
        var names = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return [.. names.Where((name, i) => name != AnyFolders || i == 0 || names[i - 1] != AnyFolders)];
    }

    // The last ** takes as many names as are needed; those before it need no other choice.
    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern is [.. var within, AnyFolders])
        {
            // Everything in a folder, and not the folder itself.
            for (var i = names.Length - 1; i >= 0; i--)
                if (Matches(within, names[..i]))
                    return true;
            return false;
        }

        var (at, on, star, tried) = (0, 0, -1, 0);
        while (on < names.Length)
            if (at < pattern.Length && pattern[at] == AnyFolders)
                (star, tried, at) = (at, on, at + 1);
            else if (at < pattern.Length && MatchesName(pattern[at], names[on]))
                (at, on) = (at + 1, on + 1);
            else if (star >= 0)
                (at, on) = (star + 1, ++tried);
            else
                return false;
        while (at < pattern.Length && pattern[at] == AnyFolders)
            at++;
        return at == pattern.Length;
    }

    private static bool MatchesName(string pattern, string name)
    {
        var (at, on, star, tried) = (0, 0, -1, 0);
        while (on < name.Length)
            if (at < pattern.Length && pattern[at] == '*')
                (star, tried, at) = (at, on, at + 1);
            else if (at < pattern.Length && MatchesOne(pattern, at, name[on]) is > 0 and var length)
                (at, on) = (at + length, on + 1);
            else if (star >= 0)
                (at, on) = (star + 1, ++tried);
            else
                return false;
        while (at < pattern.Length && pattern[at] == '*')
            at++;
        return at == pattern.Length;
    }

    /// <returns>How much of the pattern matches the character; 0: nothing.</returns>
    private static int MatchesOne(string pattern, int at, char c) => pattern[at] switch
    {
        '?' => 1,
        '\\' when at + 1 < pattern.Length => pattern[at + 1] == c ? 2 : 0,
        '[' when EndOfClass(pattern, at) is > 0 and var end => IsInClass(pattern.AsSpan(at + 1, end - at - 1), c) ? end - at + 1 : 0,
        var same => same == c ? 1 : 0,
    };

    // A ] that comes first is one of the characters.
    private static int EndOfClass(string pattern, int at)
    {
        var first = at + 1 < pattern.Length && pattern[at + 1] is '!' or '^' ? at + 2 : at + 1;
        return first < pattern.Length ? pattern.IndexOf(']', Math.Min(first + 1, pattern.Length)) : -1;
    }

    private static bool IsInClass(ReadOnlySpan<char> characters, char c)
    {
        var isNegated = characters[0] is '!' or '^';
        if (isNegated)
            characters = characters[1..];
        var isIn = false;
        for (var i = 0; i < characters.Length; i++)
            if (i + 2 < characters.Length && characters[i + 1] == '-')
            {
                isIn |= c >= characters[i] && c <= characters[i + 2];
                i += 2;
            }
            else
                isIn |= characters[i] == c;
        return isIn != isNegated;
    }

    private static List<string> Expanded(string pattern)
    {
        var done = new List<string>();
        var open = new Queue<string>([pattern]);
        while (open.TryDequeue(out var next))
            if (done.Count + open.Count >= MostAlternatives || FirstBraces(next) is not { } braces)
                done.Add(next);
            else
                foreach (var choice in braces.Choices)
                    open.Enqueue($"{next[..braces.Start]}{choice}{next[(braces.End + 1)..]}");
        return done;
    }

    // Braces without a comma are part of the name.
    private static (int Start, int End, List<string> Choices)? FirstBraces(string pattern)
    {
        for (var start = 0; start < pattern.Length; start++)
            if (pattern[start] == '\\')
                start++;
            else if (pattern[start] == '{' && ChoicesFrom(pattern, start) is { } found)
                return found;
        return null;
    }

    private static (int Start, int End, List<string> Choices)? ChoicesFrom(string pattern, int start)
    {
        var choices = new List<string>();
        var choice = new StringBuilder();
        var depth = 0;
        for (var i = start + 1; i < pattern.Length; i++)
            switch (pattern[i])
            {
                case ',' when depth == 0:
                    choices.Add(choice.ToString());
                    choice.Clear();
                    break;
                case '}' when depth == 0:
                    choices.Add(choice.ToString());
                    return choices.Count > 1 ? (start, i, choices) : null;
                case var c:
                    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                    choice.Append(c);
                    break;
            }

        return null;
    }
}
