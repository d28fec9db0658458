using System.Text;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Spawning;

/// <summary>What became of an <see cref="Errand"/>.</summary>
internal abstract record ErrandResult
{
    /// <summary>It ended by itself, or somebody else ended it.</summary>
    public sealed record Ended(Exit How) : ErrandResult;

    /// <summary>It was killed because its time was up.</summary>
    public sealed record TimedOut(TimeSpan Deadline) : ErrandResult;

    /// <param name="Why">As the end of a sentence.</param>
    public sealed record NotStarted(string Why) : ErrandResult;

    /// <summary>The last bytes that it wrote, to standard output and standard error; at most <see cref="Errand.MostOutput"/>.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>The last line that it wrote; empty if it wrote none.</summary>
    public string LastLine => Encoding.UTF8.GetString(Output.Span).TrimEnd().Split('\n')[^1].Trim();
}
