namespace Sentinel.Model.Policy;

/// <summary>A run that goes on until the next one, which was started beside it, is ready.</summary>
/// <param name="Number">See <see cref="ProcessRecord.RunNumber"/>.</param>
/// <param name="Reason">Why another is to take its place.</param>
public sealed record Predecessor(int Number, RunState.Running Run, RestartReason Reason);
