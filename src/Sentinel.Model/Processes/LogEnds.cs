namespace Sentinel.Model.Processes;

/// <summary>Where the logs of a process end, in bytes ever written to them; null: there is no such log.</summary>
public readonly record struct LogEnds(long? Stdout, long? Stderr);
