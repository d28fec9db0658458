namespace Sentinel.Model.Specs;

/// <summary>What the user asked for. Every later start uses all of it, whatever causes the start.</summary>
public sealed record ProcessSpec
{
    /// <summary>Unique among all processes; see <see cref="ProcessName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its set or, if it is part of none, its own.</summary>
    public string SetName => Instance?.Set ?? Name;

    /// <summary>Whether a name is its own, or that of its set.</summary>
    public bool HasName(string name) => Name == name || Instance?.Set == name;

    /// <summary>Which instance of a set it is; null: it is not part of a set.</summary>
    public Instance? Instance { get; init; }

    public required Command Command { get; init; }

    /// <summary>An absolute path.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The <see cref="EnvironmentBlock.Key"/> of the caller's environment at <c>run</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>Environment files, lowest precedence first, read at every start; absolute paths. One with ? in front may be missing.</summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } = [];

    /// <summary>Its own variables, which override those of the files.</summary>
    public EnvironmentBlock Variables { get; init; } = EnvironmentBlock.Empty;

    /// <summary>Each has its own name.</summary>
    public IReadOnlyList<Secret> Secrets { get; init; } = [];

    /// <summary>A command line for a shell that has to succeed whenever the process is to start, before its own command; null: none.</summary>
    public string? Before { get; init; }

    /// <summary>Whether something runs before its own command.</summary>
    public bool HasSteps => Before is not null || Secrets.Any(secret => secret.IsCommand);

    /// <summary>Where people reach it; <c>$NAME</c> stands for the number of a port that it gets in that variable. Null: not told.</summary>
    public string? Url { get; init; }

    /// <summary>Each has its own name and its own variable.</summary>
    public IReadOnlyList<PortRequest> Ports { get; init; } = [];

    /// <summary>Each has its own name.</summary>
    public IReadOnlyList<ListenSocket> Sockets { get; init; } = [];

    /// <summary>Whether it is started when somebody connects to one of its sockets, and not before.</summary>
    public bool OnDemand { get; init; }

    /// <summary>How long nobody may be connected before it is stopped; null: for ever.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Whether it is something else than the user that starts it: its schedule, or who connects.</summary>
    public bool IsStartedByCause => IsJob || OnDemand;

    /// <summary>
    /// Which of its sockets its readiness probe asks: while the next run starts beside the one before, that might answer in its place, and a
    /// connection is taken even if no run is there to answer. Null: none.
    /// </summary>
    public ListenSocket? SocketOfReadiness
    {
        get
        {
            var port = Readiness?.Probe switch
            {
                { Kind: ProbeKind.Http } http => http.UrlFor(_ => null)?.Port,
                { Kind: ProbeKind.Tcp } tcp => tcp.EndPointFor(_ => null)?.Port,
                _ => null,
            };
            return port is null ? null : Sockets.FirstOrDefault(socket => socket.EndPoint?.Port == port);
        }
    }

    /// <summary>The caller's file mode creation mask; see umask(2).</summary>
    public required int Umask { get; init; }

    /// <summary>
    /// What else it inherits from its caller, as <see cref="Specs.Inherited"/> writes it. It is parsed only at a start: commands that
    /// only look may read a thousand of these. Null: not recorded, so it inherits from whoever starts it.
    /// </summary>
    public string? Inherited { get; init; }

    public RestartRule Restart { get; init; }

    /// <summary>Null: it is restarted without limit.</summary>
    public RestartLimit? RestartLimit { get; init; }

    /// <summary>How long to wait before each restart; null: not at all at first, and longer and longer while runs are short.</summary>
    public TimeSpan? RestartDelay { get; init; }

    public ExitCodes ExitCodes { get; init; } = ExitCodes.Default;

    /// <summary>The file that names the successor of a main process that ends, relative to the working directory. Null: none.</summary>
    public string? PidFile { get; init; }

    public StopRule Stop { get; init; } = StopRule.Default;

    /// <summary>The memory, in bytes, that its whole tree may use before it is restarted; null: no limit.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Null: files may change as they like.</summary>
    public WatchRule? Watch { get; init; }

    /// <summary>Null: it is ready as soon as it is executed.</summary>
    public Readiness? Readiness { get; init; }

    /// <summary>Null: its health is not checked.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>Whether network probes accept an answer from any process, such as a proxy in front of it or of a container.</summary>
    public bool AnyListener { get; init; }

    /// <summary>Whether its readiness or its health depends on a probe of this kind.</summary>
    public bool IsToldBy(ProbeKind kind) => Readiness?.Probe?.Kind == kind || Health?.Probe.Kind == kind;

    /// <summary>Whether it runs to its end; its end with success is what it is for.</summary>
    public bool IsTask => IsCalledTask || IsJob;

    /// <summary>Whether the user says so.</summary>
    public bool IsCalledTask { get; init; }

    /// <summary>Null: only the user starts it.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Whether only its schedule starts it; otherwise, a schedule restarts what runs anyway.</summary>
    public bool IsJob => Schedule is not null && Restart != RestartRule.Always;

    /// <summary>What becomes of a time of its schedule at which it still runs.</summary>
    public Overlap Overlap => Schedule?.Overlap ?? (IsJob ? Overlap.Skip : Overlap.Replace);

    /// <summary>Each names another process or set.</summary>
    public IReadOnlyList<Need> Needs { get; init; } = [];

    /// <summary>The names of processes that it is started after, and stopped before, when both are.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    public Treatment Treatment { get; init; } = Treatment.None;

    public StandardInput Input { get; init; }

    public LogLimits LogLimits { get; init; } = LogLimits.Default;

    /// <summary>Whether a process of Sentinel's stands between it and its logs, so that it cannot empty them.</summary>
    public bool LogPipe { get; init; }

    /// <summary>Null: it stays until the user ends it.</summary>
    public Lease? Lease { get; init; }

    /// <summary>Null: none.</summary>
    public string? Group { get; init; }
}

/// <summary>One of several processes that differ only in their number and their ports.</summary>
/// <param name="Set">The name of the set.</param>
/// <param name="Number">From 1; its name is <c>SET-NUMBER</c>.</param>
public sealed record Instance(string Set, int Number)
{
    /// <summary>The most instances that one request can ask for.</summary>
    public const int Most = 1000;

    public string Name => $"{Set}-{Number}";
}
