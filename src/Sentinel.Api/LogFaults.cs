namespace Sentinel.Api;

/// <param name="Path">Where it was.</param>
/// <param name="StillAt">A path in /proc that works for as long as the process has it open.</param>
public sealed record DeletedLog(string Path, string StillAt);

/// <param name="Path">Where it was.</param>
/// <param name="NowAt">Where it is now, and is still written to.</param>
public sealed record MovedLog(string Path, string NowAt);

/// <param name="NoticedAt">Null: nobody was there.</param>
/// <param name="LostBytes">As far as is known; 0: not known.</param>
public sealed record EmptiedLog(string Path, DateTimeOffset? NoticedAt, long LostBytes);
