using Sentinel.Api;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>A tree that was to end.</summary>
/// <param name="Record">As it is now.</param>
/// <param name="WasActive">Whether it ran, or would have been restarted.</param>
/// <param name="Failure">Null when all of it has ended.</param>
internal sealed record EndedTree(ProcessRecord Record, bool WasActive, int ProcessesEnded, Outcome.Failed? Failure)
{
    /// <summary>Whether it had to be killed, because its time was up.</summary>
    public bool WasLate { get; init; }

    public string Name => Record.Spec.Name;

    /// <summary>Whether there was anything to end.</summary>
    public bool WasThere => WasActive || ProcessesEnded > 0;
}
