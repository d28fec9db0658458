namespace Sentinel.Model.Specs;

/// <summary>What the user asked for. Whatever starts the process again starts this, whole.</summary>
public sealed record ProcessSpec
{
    /// <summary>Unique among all processes; see <see cref="ProcessName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Which one it is of several that are the same; null: it is alone.</summary>
    public Instance? Instance { get; init; }

    public required Command Command { get; init; }

    /// <summary>An absolute path.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The <see cref="EnvironmentBlock.Key"/> of the caller's environment at <c>run</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>Environment files, lowest precedence first, read at every start; absolute paths.</summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } = [];

    /// <summary>Variables of its own, above those of the files.</summary>
    public EnvironmentBlock Variables { get; init; } = EnvironmentBlock.Empty;

    /// <summary>Each with another name, and another variable.</summary>
    public IReadOnlyList<PortRequest> Ports { get; init; } = [];

    /// <summary>The caller's file mode creation mask; see umask(2).</summary>
    public required int Umask { get; init; }

    /// <summary>
    /// What else it is to have of its caller, as <see cref="Specs.Inherited"/> writes it and read only where it is started: those who
    /// only look have a thousand of them. Null: that was not recorded, and it has what the one has who starts it.
    /// </summary>
    public string? Inherited { get; init; }

    public RestartRule Restart { get; init; }

    /// <summary>Null: it is restarted for ever.</summary>
    public RestartLimit? RestartLimit { get; init; }

    /// <summary>Names the process that takes the place of a main process that ends; from the working directory. Null: none does.</summary>
    public string? PidFile { get; init; }

    public StopRule Stop { get; init; } = StopRule.Default;

    /// <summary>The memory, in bytes, that its whole tree may have before it is restarted; null: any.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Null: it is ready as soon as it is executed.</summary>
    public Readiness? Readiness { get; init; }

    /// <summary>Null: nobody asks.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>Whether an answer to what is asked over the network counts whoever gives it: a proxy in front of it, or of a container.</summary>
    public bool AnyListener { get; init; }

    /// <summary>Whether it is given an address to tell how it is.</summary>
    public bool IsToldBy(ProbeKind kind) => Readiness?.Probe?.Kind == kind || Health?.Probe.Kind == kind;

    public Treatment Treatment { get; init; } = Treatment.None;

    public LogLimits LogLimits { get; init; } = LogLimits.Default;

    /// <summary>Whether a process of ours stands between it and its logs, so that it cannot empty them.</summary>
    public bool LogPipe { get; init; }

    /// <summary>Null: it stays until the user ends it.</summary>
    public Lease? Lease { get; init; }

    /// <summary>Null: none.</summary>
    public string? Group { get; init; }
}

/// <summary>One of several processes that are the same but for their number and their ports.</summary>
/// <param name="Set">What all of them together are called.</param>
/// <param name="Number">From 1; its name is <c>SET-NUMBER</c>.</param>
public sealed record Instance(string Set, int Number)
{
    /// <summary>So many can be asked for at once.</summary>
    public const int Most = 1000;

    public string Name => $"{Set}-{Number}";
}
