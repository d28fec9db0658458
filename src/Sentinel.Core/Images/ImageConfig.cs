namespace Sentinel.Core.Images;

/// <summary>How an image is started.</summary>
public sealed record ImageConfig
{
    public required IReadOnlyList<string> EntryPoint { get; init; }

    /// <summary>An absolute path of the image.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>They count more than those of the base.</summary>
    public required IReadOnlyList<(string Name, string Value)> Variables { get; init; }

    public required IReadOnlyList<int> Ports { get; init; }

    /// <summary>A name or a number, with a group or without; null: that of the base.</summary>
    public string? User { get; init; }

    /// <summary>Such as <c>SIGINT</c>; null: that of the base.</summary>
    public string? StopSignal { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Labels { get; init; }
}
