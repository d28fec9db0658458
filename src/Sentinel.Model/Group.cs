using Sentinel.Model.Specs;

namespace Sentinel.Model;

/// <summary>Processes that belong together, and the environment that they share.</summary>
/// <param name="Name">Unique among groups; follows the rule of <see cref="ProcessName"/>.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Group(string Name, DateTimeOffset CreatedAt)
{
    /// <summary>The project that its processes make up; null: the user made it.</summary>
    public ProjectMark? Project { get; init; }

    /// <summary>Environment files, lowest precedence first, read whenever a member starts; absolute paths. One with ? in front may be missing.</summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } = [];

    /// <summary>These override those of the files.</summary>
    public EnvironmentBlock Variables { get; init; } = EnvironmentBlock.Empty;

    /// <summary>Whether a member gets anything from it.</summary>
    public bool HasEnvironment => EnvironmentFiles.Count > 0 || !Variables.Bytes.IsEmpty;

    /// <summary>Whether a member gets the same from it as from another.</summary>
    public bool HasEnvironmentOf(Group other) => Variables.Key == other.Variables.Key && EnvironmentFiles.SequenceEqual(other.EnvironmentFiles);
}

/// <summary>Where a project comes from.</summary>
/// <param name="Folder">An absolute path.</param>
/// <param name="File">The file that describes it, in that folder.</param>
public sealed record ProjectMark(string Folder, string File);
