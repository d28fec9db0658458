using Sentinel.Api;

namespace Sentinel.Core.Metrics;

/// <summary>What a metric is, by the words of both formats.</summary>
public enum FamilyKind
{
    Gauge,
    Counter,
    Histogram,
    Summary,

    /// <summary>Always 1, for the sake of its labels.</summary>
    Info,
}

/// <summary>A value of a metric.</summary>
/// <param name="Suffix">Behind the name of the family; mostly empty.</param>
/// <param name="Label">What tells this value from the others of the same process; null: there is only this one.</param>
internal readonly record struct Sample(double Value, (string Name, string Value)? Label = null, string Suffix = "")
{
    public static Sample If(bool isSo) => new(isSo ? 1 : 0);
}

/// <summary>A metric: its name without the ending that its kind demands, what it means, and its values.</summary>
/// <param name="Name">Without <c>_total</c> and <c>_info</c>.</param>
internal sealed record Family(string Name, FamilyKind Kind, string Help)
{
    /// <summary>The values of a process, which has none if they mean nothing for it.</summary>
    public Func<ProcessMetrics, IEnumerable<Sample>> OfProcess { get; init; } = _ => [];

    /// <summary>The values of the whole.</summary>
    public Func<Answer.Metrics, IEnumerable<Sample>> OfWhole { get; init; } = _ => [];

    /// <summary>The name as it is with most values.</summary>
    public string FullName => Kind switch { FamilyKind.Counter => Name + "_total", FamilyKind.Info => Name + "_info", _ => Name };
}
