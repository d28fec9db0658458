namespace Sentinel.Model.Processes;

/// <summary>Where the logs of a process end, in bytes that were ever written to them; null where there is none.</summary>
public readonly record struct LogEnds(long? Stdout, long? Stderr);
