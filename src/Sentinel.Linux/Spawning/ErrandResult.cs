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

    /// <summary>What went wrong, as the end of a sentence; null: nothing, it ended with success.</summary>
    /// <param name="failure">What is said of one that ended otherwise.</param>
    public string? WhyNot(Func<Ended, string> failure) => this switch
    {
        Ended { How: Exit.Code { Value: 0 } } => null,
        Ended ended => failure(ended),
        NotStarted refused => refused.Why,
        TimedOut { Deadline: var time } => $"it did not end within {time.TotalSeconds:0.###} s, and was killed",
        _ => throw new NotSupportedException(GetType().Name),
    };

    /// <summary>The last line that it wrote; empty if it wrote none.</summary>
    public string LastLine => Encoding.UTF8.GetString(Output.Span).TrimEnd().Split('\n')[^1].Trim();
}
