namespace Sentinel.Api;

/// <summary>What a daemon reports about itself.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Version">The version of its program, with the commit.</param>
/// <param name="StartedAt">When it began to supervise.</param>
/// <param name="Supervised">How many processes it knows.</param>
/// <param name="Running">How many of them run.</param>
/// <param name="Restarts">How many it has restarted by itself.</param>
/// <param name="LastError">What last went wrong, and when; null if nothing has.</param>
public sealed record DaemonStatus(
    int Pid, string Version, DateTimeOffset StartedAt, int Supervised, int Running, int Restarts, string? LastError);
