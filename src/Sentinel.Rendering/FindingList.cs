using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>What <c>doctor</c> found, as people read it: one line each, and below it how to fix it.</summary>
internal static class FindingList
{
    // The longest word and the longest area, each with two spaces after it.
    private const int LevelColumns = 10, AreaColumns = 11;

    public static IEnumerable<string> Lines(IReadOnlyCollection<Finding> findings, Style style)
    {
        var indent = new string(' ', LevelColumns + AreaColumns);
        foreach (var finding in findings)
        {
            var first = style.Paint(finding.Level.Word(), ColorOf(finding.Level))
                + new string(' ', LevelColumns - finding.Level.Word().Length) + finding.Area.PadRight(AreaColumns);
            foreach (var line in Text.Wrap(first + Text.Printable(finding.What), style.Width, indent.Length))
                yield return line;
            if (finding.Mend is { } mend)
                foreach (var line in Text.Wrap(indent + $"fix: {Text.Printable(mend)}", style.Width, indent.Length))
                    yield return indent + style.Paint(line[indent.Length..], Color.Bold);
        }

        var (broken, degraded) = (findings.Count(finding => finding.Level == Level.Broken), findings.Count(finding => finding.Level == Level.Degraded));
        yield return (broken, degraded) switch
        {
            (0, 0) => "All is well",
            (0, _) => $"Nothing is broken, {degraded} degraded",
            (_, 0) => $"{broken} broken",
            _ => $"{broken} broken, {degraded} degraded",
        };
    }

    private static Color ColorOf(Level level) => level switch
    {
        Level.Ok => Color.Green,
        Level.Degraded => Color.Yellow,
        _ => Color.Red,
    };
}
