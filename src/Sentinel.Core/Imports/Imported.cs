namespace Sentinel.Core.Imports;

/// <summary>What came of a file.</summary>
/// <param name="Name">The name that it gives the project; null: it gives none.</param>
/// <param name="Processes">How many there are.</param>
/// <param name="Toml">The text of a <c>sentinel.toml</c>.</param>
/// <param name="NotTaken">In the order of the files and their lines.</param>
public sealed record Imported(string? Name, int Processes, string Toml, IReadOnlyList<NotTaken> NotTaken);

/// <summary>What the user chose.</summary>
public sealed record ImportOptions
{
    /// <summary>Services that need their image are run by <c>docker compose</c>.</summary>
    public bool KeepsContainers { get; init; }

    /// <summary>Each process of a Procfile has the port that foreman would give it.</summary>
    public bool HasForemanPorts { get; init; }

    /// <summary>The environment of a pm2 file that is meant, such as <c>production</c>.</summary>
    public string? Environment { get; init; }

    /// <summary>What a program printed for a pm2 file, as JSON; null: the file itself is read.</summary>
    public string? Printed { get; init; }
}

/// <summary>The files beside the one that is imported.</summary>
public interface ISourceFolder
{
    /// <param name="path">Absolute, or relative to the folder.</param>
    /// <returns>Null: there is no such file, or it cannot be read.</returns>
    string? Read(string path);

    /// <summary>The names of the files in a folder; none when there is no such folder.</summary>
    IEnumerable<string> FilesIn(string folder);
}
