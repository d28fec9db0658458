using Sentinel.Core.Diagnosis;

namespace Sentinel.Rendering;

/// <summary>What <c>doctor</c> found, as people read it: a line each, and below it how to mend it.</summary>
internal static class FindingList
{
    // Of the longest word, the longest area, and two spaces after each.
    private const int LevelColumns = 10, AreaColumns = 11;

    // On a terminal that is narrower than any.
    private const int FewestColumns = 20;

    public static IEnumerable<string> Lines(IReadOnlyCollection<Finding> findings, Style style)
    {
        var indent = new string(' ', LevelColumns + AreaColumns);
        foreach (var finding in findings)
        {
            var first = style.Paint(finding.Level.Word(), ColorOf(finding.Level))
                + new string(' ', LevelColumns - finding.Level.Word().Length) + finding.Area.PadRight(AreaColumns);
            foreach (var line in Wrapped(finding.What, style))
            {
                yield return first + line;
                first = indent;
            }

            if (finding.Mend is { } mend)
                foreach (var line in Wrapped($"mend: {mend}", style))
                    yield return indent + style.Paint(line, Color.Bold);
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

    private static IEnumerable<string> Wrapped(string text, Style style)
    {
        var printable = Text.Printable(text);
        return style.Width is { } width ? Text.Wrap(printable, Math.Max(FewestColumns, width - LevelColumns - AreaColumns)) : [printable];
    }

    private static Color ColorOf(Level level) => level switch
    {
        Level.Ok => Color.Green,
        Level.Degraded => Color.Yellow,
        _ => Color.Red,
    };
}
