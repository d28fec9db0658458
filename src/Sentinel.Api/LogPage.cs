namespace Sentinel.Api;

/// <summary>A part of the output of a process on one of its streams.</summary>
/// <param name="Lines">The oldest first.</param>
/// <param name="Before">Ask for what is before this to get the page before; there is none if it is <paramref name="Start"/>.</param>
/// <param name="After">Ask for what is after this to get what comes next. A line that is not finished yet comes again.</param>
/// <param name="Start">Where what is kept begins.</param>
public sealed record LogPage(int Id, string Name, LogStream Stream, IReadOnlyList<LogPageLine> Lines, long Before, long After, long Start);

/// <param name="Position">Where it begins, in bytes: the same for as long as the line is kept, whatever is rotated.</param>
/// <param name="Text">As a terminal would show it, without escape sequences; cut where it is very long.</param>
/// <param name="Time">When it was written, or a moment earlier; null when that is not known.</param>
/// <param name="IsWhole">Whether it is finished.</param>
public sealed record LogPageLine(long Position, string Text, DateTimeOffset? Time, bool IsWhole);
