namespace Sentinel.Model;

/// <summary>Which folder a state was written in, so that a copy of it is recognized.</summary>
/// <param name="Path">Where the folder was then.</param>
public sealed record HomeMark(string Path, FileMark Folder);
