namespace Sentinel.Core.Exports;

/// <summary>What a project comes to for an engine.</summary>
/// <param name="Files">In the order in which they are read best.</param>
/// <param name="Shortfalls">In the order of the project's files and their lines.</param>
public sealed record Exported(IReadOnlyList<ExportedFile> Files, IReadOnlyList<Shortfall> Shortfalls);

/// <param name="Name">Relative; it may have a folder.</param>
/// <param name="IsPrivate">Whether it has values that only its owner should read.</param>
public sealed record ExportedFile(string Name, string Text, bool IsPrivate = false);
