namespace Sentinel.Api;

/// <summary>Where a variable comes from.</summary>
/// <param name="Layer">run, user, file, group, option, secret, port or sentinel.</param>
/// <param name="Name">The path of a file, the name of a group or port, what stands for a secret; otherwise null.</param>
/// <param name="Line">The line in the file, from 1.</param>
public sealed record EnvironmentSource(string Layer, string? Name = null, int? Line = null)
{
    public static readonly EnvironmentSource Run = new("run"), User = new("user"), Option = new("option"), Sentinel = new("sentinel");

    public static EnvironmentSource File(string path, int line) => new("file", path, line);

    public bool IsFile => Layer == "file";

    public static EnvironmentSource Group(string name) => new("group", name);

    public static EnvironmentSource Port(string name) => new("port", name);

    /// <param name="reference">What stands for it.</param>
    public static EnvironmentSource Secret(string reference) => new("secret", reference);

    public override string ToString() => this switch
    {
        { Line: { } line } => $"{Name}:{line}",
        { Layer: "option" } => "--env",
        { Name: { } name } => $"{Layer} {name}",
        _ => Layer,
    };
}
