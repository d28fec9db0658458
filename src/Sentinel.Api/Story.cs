using Sentinel.Core.Diagnosis;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>What happened to a process.</summary>
/// <param name="Runs">The last runs that ended, the latest first.</param>
/// <param name="Ends">How many runs ended, as far as is known.</param>
/// <param name="Since">How far back that is known; null: not at all.</param>
/// <param name="IsWatched">Whether a daemon will do what is due.</param>
/// <param name="Emptied">Its logs that were emptied in its last run.</param>
public sealed record Story(
    ProcessRecord Record, IReadOnlyList<Story.Run> Runs, int Ends, DateTimeOffset? Since, bool IsWatched, IReadOnlyList<EmptiedLog> Emptied)
{
    /// <param name="Stderr">The last lines that it wrote there.</param>
    /// <param name="IsKept">Whether its log still reaches back that far.</param>
    public sealed record Run(Event.Ended End, IReadOnlyList<string> Stderr, bool IsKept);

    /// <summary>What it has left running.</summary>
    public IReadOnlyList<LeftProcess> Left { get; init; } = [];
}
