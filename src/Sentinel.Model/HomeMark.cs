namespace Sentinel.Model;

/// <summary>Which folder a state was written in, so that a copy of it is known for one.</summary>
/// <param name="Path">Where it was then.</param>
public sealed record HomeMark(string Path, FileMark Folder);
