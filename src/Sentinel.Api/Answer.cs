using Sentinel.Core.Supervision;
using Sentinel.Model;

namespace Sentinel.Core.Queries;

/// <summary>What there is to say to a <see cref="Query"/>.</summary>
public abstract record Answer
{
    private Answer()
    {
    }

    /// <summary>The answer to <see cref="Query.Processes"/>.</summary>
    /// <param name="Missing">A failure for each target that names none.</param>
    /// <param name="Warnings">What else was found, in sentences.</param>
    public sealed record Processes(IReadOnlyList<ProcessView> Views, IReadOnlyList<Outcome> Missing, IReadOnlyList<string> Warnings) : Answer
    {
        /// <summary>The number of the last event that led to this; see <see cref="State.LastEvent"/>.</summary>
        public long LastEvent { get; init; }
    }
}
