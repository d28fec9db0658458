using Sentinel.Api;
using Sentinel.Model.Policy;

namespace Sentinel.Commands;

/// <summary>Which of the processes to list.</summary>
/// <param name="States">Some of <see cref="Words"/>; empty: all.</param>
internal sealed record ProcessFilter(IReadOnlyCollection<string> States)
{
    /// <summary>What a process may be: its state, or its health.</summary>
    public static readonly IReadOnlyList<string> Words = [.. RunState.Words, "healthy", "unhealthy"];

    public bool Passes(ProcessSummary process) =>
        States.Count == 0 || States.Contains(process.State) || (process.Health?.Status is { } health && States.Contains(health));
}
