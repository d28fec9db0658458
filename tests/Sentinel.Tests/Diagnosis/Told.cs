using Sentinel.Api;

namespace Sentinel.Tests.Diagnosis;

internal static class Told
{
    /// <summary>Each finding begins with <c>level: what -> mend</c>, or as much of it as is given.</summary>
    public static void Are(string[] beginnings, IEnumerable<Finding> findings)
    {
        var told = findings.ToList();
        Assert.Equal(beginnings, told.Zip(beginnings, (finding, beginning) => Line(finding) is var line && line.StartsWith(beginning, StringComparison.Ordinal) ? beginning : line)
            .Concat(told.Skip(beginnings.Length).Select(Line)));
        // What is not well can be mended; what is well need not be.
        Assert.All(told, finding => Assert.Equal(finding.Level == Level.Ok, finding.Mend is null));
    }

    private static string Line(Finding finding) => $"{finding.Level.Word()}: {finding.What}{(finding.Mend is null ? "" : $" -> {finding.Mend}")}";
}
