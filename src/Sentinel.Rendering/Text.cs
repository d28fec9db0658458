using System.Globalization;
using System.Text;
using Sentinel.Model.Specs;
using Wcwidth;

namespace Sentinel.Rendering;

/// <summary>Numbers and foreign text as people read them.</summary>
internal static class Text
{
    /// <summary>The two largest units that count: <c>3d 4h</c>, <c>2h 5m</c>, <c>5m 3s</c>, <c>42s</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{(int)time.TotalDays}d {time.Hours}h",
        { TotalHours: >= 1 } => $"{time.Hours}h {time.Minutes}m",
        { TotalMinutes: >= 1 } => $"{time.Minutes}m {time.Seconds}s",
        _ => $"{Math.Max(0, time.Seconds)}s",
    };

    /// <summary>Below a minute with a decimal: <c>5.2s</c>.</summary>
    public static string ExactDuration(TimeSpan time) =>
        time.TotalSeconds < 59.95 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0}s") : Duration(time);

    public static string Percent(double percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.0}%");

    /// <summary>For a column: <c>45 MB</c>, in units of 1,024.</summary>
    public static string Memory(long bytes) => Memory(bytes, " ", decimals: bytes >= Gigabyte ? "0.0" : "0");

    /// <summary>With a decimal: <c>45.2MB</c>, in units of 1,024.</summary>
    public static string ExactMemory(long bytes) => Memory(bytes, "", "0.0");

    public static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Count(long count, string one, string many) => $"{count} {(count == 1 ? one : many)}";

    /// <summary>Names for a line: all of them, or some and how many more there are.</summary>
    public static string Some(IEnumerable<string> names)
    {
        const int most = 8;
        var all = names.ToList();
        return string.Join(", ", all.Take(all.Count > most ? most - 1 : most)) + (all.Count > most ? $" and {all.Count - most + 1} more" : "");
    }

    /// <summary>A name as it is typed to a shell in a command that is proposed.</summary>
    public static string Argument(string name) => ShellWords.Quote(Printable(name));

    /// <summary>On one line, and without anything that a terminal would obey.</summary>
    public static string Printable(string text)
    {
        text = NativeText.Readable(text);
        if (!text.Any(IsObeyed))
            return text;
        var printable = new StringBuilder();
        foreach (var c in text)
            printable.Append(c switch
            {
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ when IsObeyed(c) => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        return printable.ToString();
    }

    /// <summary>Controls, and characters that change the direction of the text beside them: see UAX #9.</summary>
    public static bool IsObeyed(char c) => char.IsControl(c) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    /// <summary>The lines of a text, without their ends.</summary>
    public static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    /// <summary>How many columns of a terminal it takes; colour sequences take none.</summary>
    public static int Width(string text)
    {
        var width = 0;
        var isColor = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\e')
                isColor = true;
            else if (isColor)
                isColor = rune.Value != 'm';
            else
                width += Width(rune);
        }

        return width;
    }

    /// <summary>How many columns a character takes. A mark that stands beside its letter has one of its own, as most terminals see it.</summary>
    public static int Width(Rune rune) => rune.IsAscii || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpacingCombiningMark ? 1
        : Math.Max(0, UnicodeCalculator.GetWidth(rune));

    /// <summary>Cut to so many columns, with an ellipsis for what is missing.</summary>
    public static string Fit(string text, int columns)
    {
        if (Width(text) <= columns)
            return text;
        var kept = new StringBuilder();
        var width = 1;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune);
            if (width > columns)
                break;
            kept.Append(rune);
        }

        return $"{kept}…";
    }

    /// <summary>
    /// Its words in lines of so many columns. A longer word gets a line of its own, uncut; quoted text, which someone may want to copy,
    /// is one word where it fits.
    /// </summary>
    /// <param name="columns">Null where nothing has to fit.</param>
    /// <param name="indent">How many columns all lines but the first are indented by.</param>
    public static IEnumerable<string> Wrap(string text, int? columns, int indent = 0)
    {
        if (columns is not { } available || Width(text) <= available)
        {
            yield return text;
            yield break;
        }

        available = Math.Max(available, indent + FewestColumns);
        var line = new StringBuilder();
        var isBegun = false;
        foreach (var word in Words(text, available - indent))
        {
            // If this line has only reached the indent, the next line has no more room for the word.
            if (isBegun && Width(line.ToString()) + 1 is var next && next > indent && next + Width(word) > available)
            {
                yield return line.ToString();
                line.Clear().Append(' ', indent);
                isBegun = false;
            }

            line.Append(isBegun ? " " : "").Append(word);
            isBegun = true;
        }

        yield return line.ToString();
    }

    private static IEnumerable<string> Words(string text, int longest)
    {
        var words = text.Split(' ');
        for (var i = 0; i < words.Length;)
        {
            var end = EndOfQuote(words, i);
            var word = string.Join(' ', words[i..end]);
            if (Width(word) > longest)
                (end, word) = (i + 1, words[i]);
            yield return word;
            i = end;
        }
    }

    // The index after the last word of the quoted text that begins here; where none begins, after this word.
    private static int EndOfQuote(string[] words, int first)
    {
        var word = words[first].TrimStart('(');
        return word.StartsWith('\'') && word.LastIndexOf('\'') == 0 && Array.FindIndex(words, first + 1, next => next.Contains('\'')) is >= 0 and var last
            ? last + 1
            : first + 1;
    }

    // For a terminal narrower than any real one.
    private const int FewestColumns = 20;

    private const double Gigabyte = 1024 * 1024 * 1024;

    private static string Memory(long bytes, string space, string decimals)
    {
        var (value, unit) = bytes switch
        {
            >= (long)Gigabyte => (bytes / Gigabyte, "GB"),
            >= 1024 * 1024 => (bytes / (1024.0 * 1024), "MB"),
            _ => (bytes / 1024.0, "KB"),
        };
        return value.ToString(decimals, CultureInfo.InvariantCulture) + space + unit;
    }
}
