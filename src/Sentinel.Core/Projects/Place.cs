namespace Sentinel.Core.Projects;

/// <summary>Where something is written.</summary>
/// <param name="File">As people know it: as they gave it or, for an included file, beside that.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
public readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>What is wrong in a project's file.</summary>
/// <param name="Message">In words, without a full stop.</param>
public sealed record Problem(Place Place, string Message)
{
    public override string ToString() => $"{Place}: {Message}";
}
