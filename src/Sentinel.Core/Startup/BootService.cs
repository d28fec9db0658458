namespace Sentinel.Core.Startup;

/// <summary>What to start at boot.</summary>
/// <param name="Name">The name of the service.</param>
/// <param name="User">The user that it runs as, if the system starts it; null: root.</param>
public abstract record BootService(string Name, string? User)
{
    /// <summary>In the first line of every file that is ours to overwrite.</summary>
    public const string Mark = "Written by 'sentinel startup'";

    /// <summary>The name of the daemon's service, and the beginning of a project's.</summary>
    public const string DefaultName = "sentinel";

    /// <summary>For people.</summary>
    public abstract string Description { get; }

    /// <summary>The first word is an absolute path.</summary>
    public abstract IReadOnlyList<string> Command { get; }

    /// <summary>The folder that it runs in; null: the system's choice.</summary>
    public abstract string? Folder { get; }

    /// <summary>Where Sentinel keeps everything, if not in the default folder.</summary>
    public abstract string? Home { get; }

    /// <summary>Whether the name of a service may have it: what systemd allows, and no file system or shell minds.</summary>
    public static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@' or ':';

    /// <summary>The name of the service for a project of this name.</summary>
    public static string NameFor(string project) =>
        $"{DefaultName}-{string.Join('-', string.Concat(project.Select(c => IsOfName(c) && c != '@' ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries).DefaultIfEmpty("project"))}";

    /// <summary>Sentinel's own daemon, which says when it is ready and must leave its processes running.</summary>
    /// <param name="Sentinel">An absolute path.</param>
    /// <param name="GivenHome">Where Sentinel keeps everything; null: in the default folder.</param>
    public sealed record Daemon(string Name, string Sentinel, string? User, string? GivenHome) : BootService(Name, User)
    {
        public override string Description => "Sentinel, which keeps processes running";

        public override IReadOnlyList<string> Command => [Sentinel, "daemon", "run"];

        public override string? Folder => null;

        public override string? Home => GivenHome;
    }

    /// <summary>A command that the system itself keeps running.</summary>
    /// <param name="Line">As it was typed.</param>
    /// <param name="Words">The first is an absolute path.</param>
    /// <param name="RunsIn">A folder.</param>
    public sealed record Program(string Name, string Line, IReadOnlyList<string> Words, string RunsIn, string? User) : BootService(Name, User)
    {
        public override string Description => Line;

        public override IReadOnlyList<string> Command => Words;

        public override string? Folder => RunsIn;

        public override string? Home => null;
    }

    /// <summary>A project, which comes up after the daemon and goes down before it.</summary>
    /// <param name="Project">Its name.</param>
    /// <param name="After">The daemon that runs it.</param>
    /// <param name="File">That describes it, an absolute path.</param>
    /// <param name="Profiles">To start as well.</param>
    /// <param name="SearchPath">PATH for its processes; null: the system's choice.</param>
    public sealed record OfProject(string Name, string Project, Daemon After, string File, IReadOnlyList<string> Profiles, string? SearchPath, string? User)
        : BootService(Name, User)
    {
        public override string Description => $"Sentinel's project {Project}";

        public override IReadOnlyList<string> Command => [After.Sentinel, "up", "--file", File, .. Profiles.Select(profile => $"--profile={profile}")];

        public override string? Folder => Path.GetDirectoryName(File);

        public override string? Home => After.Home;

        /// <summary>What ends it.</summary>
        public IReadOnlyList<string> Stop => [After.Sentinel, "down", "--file", File];
    }
}
