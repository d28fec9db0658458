namespace Sentinel.Core.Exports;

/// <summary>What a project comes to for an engine.</summary>
/// <param name="Files">In the order in which they are read best.</param>
/// <param name="Shortfalls">In the order of the project's files and their lines.</param>
public sealed record Exported(IReadOnlyList<ExportedFile> Files, IReadOnlyList<Shortfall> Shortfalls)
{
    /// <summary>The project as the engine knows it.</summary>
    public string Project { get; init; } = "";

    /// <summary>What the files have for each process, in their order.</summary>
    public IReadOnlyList<ExportedProcess> Processes { get; init; } = [];

    /// <summary>What the engine has to get before the files.</summary>
    public IReadOnlyList<ExportedSecret> Secrets { get; init; } = [];
}

/// <summary>Values that are in no file, and that nobody but the engine is to see.</summary>
/// <param name="Name">It changes with the values.</param>
/// <param name="Process">The process that it is for, as the engine knows it; null: it is for several.</param>
public sealed record ExportedSecret(string Name, string? Process, IReadOnlyList<(string Name, string Value)> Values);

/// <summary>A process as an engine gets it.</summary>
/// <param name="Name">As the engine knows it.</param>
/// <param name="Process">As the project's file calls it.</param>
/// <param name="SpecHash">Changes with what the file says of it.</param>
/// <param name="Replicas">How many of it run at once.</param>
/// <param name="Objects">What is made for it, such as <c>deployment/web</c>; empty: one thing of its name.</param>
/// <param name="Secrets">The names of the secrets that have to be there first.</param>
public sealed record ExportedProcess(string Name, string Process, string SpecHash, int Replicas, IReadOnlyList<string> Objects, IReadOnlyList<string> Secrets);

/// <param name="Name">Relative; it may have a folder.</param>
/// <param name="IsPrivate">Whether it has values that only its owner should read.</param>
public sealed record ExportedFile(string Name, string Text, bool IsPrivate = false);
