using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>Says how a run that is under way is doing.</summary>
internal static class PresentText
{
    public static IEnumerable<string> Lines(Story story, DateTimeOffset now, Style style)
    {
        foreach (var needed in story.Process.WaitsFor)
            yield return $"It waits for {ProcessDetails.Needed(needed)}.";
        if (story.Process is { IsUnready: true, Readiness: { By: not null } readiness })
            yield return $"It waits to be ready {ProcessDetails.Ready(readiness)}.";
        if (story.Process is { IsUp: true, Health: { Status: { } status, Since: { } since } })
            yield return $"{char.ToUpperInvariant(status[0])}{status[1..]} since {Text.Time(since)}, for {Text.Duration(now - since)}.";
        if (story.Lately is { } lately)
            yield return $"Restarted {Text.Count(lately.Count, "time", "times")} in the last hour, the last {Text.Duration(now - lately.Last)} ago"
                + (lately.Why is { } why ? $": {Text.Printable(why)}." : ".");
        foreach (var sentence in story.Process.Watch is { } watch ? WatchText.Sentences(watch, now) : [])
            yield return sentence;
        foreach (var port in story.Ports)
            yield return $"Port {port.Port} ({port.Name}): " + (port switch
            {
                { IsOwn: true } => "it listens.",
                { Listener: { } stranger } => $"{Text.Printable(stranger)} listens, which does not belong to it.",
                _ => "nothing listens.",
            });
        if (story.Errors is not [var first, ..])
            yield break;
        yield return $"Its last errors in this run{(first.Stream == LogStream.Stdout ? ", on stdout" : "")}:";
        foreach (var said in story.Errors)
            yield return $"{style.Paint("|", Color.Dim)} {Text.Printable(said.Text)}";
    }
}
