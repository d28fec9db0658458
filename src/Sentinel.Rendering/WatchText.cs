using Sentinel.Api;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Says which files a process depends on, and what came of it.</summary>
internal static class WatchText
{
    /// <summary>In one line.</summary>
    public static string Of(WatchInfo watch) =>
        Text.Printable(string.Join(", ", watch.Paths))
        + (watch.Ignore.Count > 0 ? $" without {Text.Printable(string.Join(", ", watch.Ignore))}" : "")
        + (watch.Then == WatchAction.Default.ToString() ? "" : $", then {Text.Printable(watch.Then)}")
        + (watch.Changed is { } change ? $"; {Text.Printable(change.Files)} changed at {Text.Time(change.At)}" : "")
        + (watch.Trouble is { } trouble ? $"; {Text.Printable(trouble)}" : "");

    /// <summary>Sentences about the current run, and about what is wrong.</summary>
    public static IEnumerable<string> Sentences(WatchInfo watch, DateTimeOffset now)
    {
        if (watch.Changed is { IsOfThisRun: true } change)
            yield return $"It was restarted {Text.Duration(now - change.At)} ago, because {Text.Printable(change.Files)} changed.";
        if (watch.Trouble is { } trouble)
            yield return $"I{Text.Printable(trouble)[1..]}.";
    }
}
