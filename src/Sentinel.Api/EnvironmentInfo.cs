namespace Sentinel.Api;

/// <summary>The environment of a process, and what it would be if it started now.</summary>
/// <param name="IsOfRun">Whether it is the one that it runs with; otherwise it is the one that it would get.</param>
public sealed record EnvironmentInfo(int Id, string Name, bool IsOfRun, IReadOnlyList<VariableInfo> Variables);

/// <summary>A variable now and at the next start. What looks secret is told only if it was asked for.</summary>
/// <param name="IsSet">Whether the process has it.</param>
/// <param name="Value">Its value; null also when it is not told.</param>
/// <param name="Source">Where that value comes from; null when that is no longer known.</param>
/// <param name="IsOutdated">Whether the next start would change it.</param>
/// <param name="NextValue">What it would be at the next start; null also when it is not told.</param>
/// <param name="NextSource">Where that would come from; null: the variable would not be there.</param>
public sealed record VariableInfo(
    string Name, bool IsSet, string? Value, EnvironmentSource? Source, bool IsOutdated, string? NextValue, EnvironmentSource? NextSource)
{
    /// <summary>Whether its values are not told, because they look secret.</summary>
    public bool IsMasked { get; init; }
}
