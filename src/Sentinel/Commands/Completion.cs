using System.CommandLine.Completions;
using System.Globalization;
using System.Text;
using Sentinel.Linux.Native;
using Sentinel.Model.Fields;

namespace Sentinel.Commands;

/// <summary>
/// Answers a shell whose user pressed Tab: <c>[suggest:9]</c> and a line, where 9 is the place of the cursor, is told what may stand
/// there, and <c>[describe:9]</c> also, after a tab, what each is.
/// </summary>
internal static class Completion
{
    private const string Suggest = "[suggest:", Describe = "[describe:";

    public static bool IsAsked(string[] arguments) =>
        arguments is [var directive, _] && (directive.StartsWith(Suggest, StringComparison.Ordinal) || directive.StartsWith(Describe, StringComparison.Ordinal));

    /// <summary>Where the cursor is; null: the directive does not say.</summary>
    public static int? PlaceIn(string directive) =>
        int.TryParse(directive.AsSpan(directive.IndexOf(':') + 1).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null;

    public static int Answer(string directive, string line)
    {
        var at = Math.Min(PlaceIn(directive) ?? line.Length, line.Length);
        var describes = directive.StartsWith(Describe, StringComparison.Ordinal);
        var answer = new StringBuilder();
        foreach (var item in ItemsAt(line, at).DistinctBy(item => item.Label))
            answer.Append(item.Label).Append(describes && item.Detail is { Length: > 0 } detail ? $"\t{FirstSentence(detail)}" : "").Append('\n');
        StandardStream.Output.Write(Encoding.UTF8.GetBytes(answer.ToString()));
        return ExitCode.Success;
    }

    private static IEnumerable<CompletionItem> ItemsAt(string line, int at)
    {
        var word = WordAt(line, at);
        // The parser does not know a value that is being typed after =.
        if (word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=') is > 0 and var equals)
        {
            var (option, begun) = (word[..equals], word[(equals + 1)..]);
            var values = SpecFields.Find(option[2..]) is { Words.Count: > 0 } field ? field.Words
                : ItemsAt($"{line[..(at - word.Length)]}{option} {begun}", at).Select(item => item.Label).Where(label => !label.StartsWith('-'));
            return values.Where(value => value.StartsWith(begun, StringComparison.Ordinal)).Select(value => new CompletionItem($"{option}={value}"));
        }

        var result = CommandLine.Create().Parse(line);
        var items = result.GetCompletions(at);
        // An option that is typed as a whole is one that may be meant.
        if (word.StartsWith('-') && result.CommandResult.Command.Options.FirstOrDefault(option => option.Name == word) is { } whole)
            items = items.Prepend(new CompletionItem(whole.Name, detail: whole.Description));
        return items.Where(item => item.Label.StartsWith(Unquoted(word), StringComparison.Ordinal));
    }

    private static string WordAt(string line, int at)
    {
        var start = at;
        while (start > 0 && (line[start - 1] != ' ' || (start > 1 && line[start - 2] == '\\')))
            start--;
        return line[start..at];
    }

    private static string Unquoted(string word) => word.Replace("\\", "", StringComparison.Ordinal).TrimStart('\'', '"');

    private static string FirstSentence(string text) => text.Split('\n', ';')[0].Split(". ")[0].Split(": ")[0];
}
