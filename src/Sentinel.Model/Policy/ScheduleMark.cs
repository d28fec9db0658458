namespace Sentinel.Model.Policy;

/// <summary>How far a process is on its schedule.</summary>
/// <param name="Last">The last time that has been seen to: no time up to it is looked at any more.</param>
/// <param name="IsQueued">Whether it is to be started as soon as it has ended.</param>
/// <param name="Skipped">How many times were left out since it was last started for one.</param>
public sealed record ScheduleMark(DateTimeOffset Last, bool IsQueued = false, int Skipped = 0);
