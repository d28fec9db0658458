using Sentinel.Model;

namespace Sentinel.Api;

/// <summary>What happened to a process.</summary>
/// <param name="Process">As it is now, with what became of its logs.</param>
/// <param name="Runs">The last runs that ended, the latest first.</param>
/// <param name="Ends">How many runs ended, as far as is known.</param>
/// <param name="KnownSince">How far back that is known; null: not at all.</param>
/// <param name="IsWatched">Whether a daemon will do what is due.</param>
public sealed record Story(ProcessInfo Process, IReadOnlyList<Story.Run> Runs, int Ends, DateTimeOffset? KnownSince, bool IsWatched)
{
    /// <summary>Why it does not run, or is not well, in words; null: there is nothing to say.</summary>
    public string? Cause { get; init; }

    /// <summary>The line that tells why the last run failed, in the program's own words; null: it failed in silence, or has not failed.</summary>
    public SaidLine? Said { get; init; }

    /// <summary>That it was restarted lately; null: it was not.</summary>
    public Restarts? Lately { get; init; }

    /// <summary>The last lines of the current run that tell of errors.</summary>
    public IReadOnlyList<SaidLine> Errors { get; init; } = [];

    /// <summary>Its ports, while it runs.</summary>
    public IReadOnlyList<PortUse> Ports { get; init; } = [];

    /// <summary>Automatic restarts within the last <see cref="Span"/>.</summary>
    /// <param name="Why">How the run before the last restart ended; null: that is not known.</param>
    public sealed record Restarts(int Count, DateTimeOffset Last, string? Why)
    {
        public static readonly TimeSpan Span = TimeSpan.FromHours(1);
    }

    /// <summary>Who listens on a port that it leases.</summary>
    /// <param name="Listener">Nobody, if null.</param>
    /// <param name="IsOwn">Whether that belongs to its tree.</param>
    public sealed record PortUse(int Port, string Name, string? Listener, bool IsOwn);

    /// <param name="Stderr">The last lines that it wrote there.</param>
    /// <param name="IsKept">Whether its log still reaches back that far.</param>
    public sealed record Run(Event.Ended End, IReadOnlyList<string> Stderr, bool IsKept)
    {
        /// <summary>The last lines on stdout, if it wrote none to stderr.</summary>
        public IReadOnlyList<string> Stdout { get; init; } = [];
    }
}

/// <summary>A line that a program wrote.</summary>
public sealed record SaidLine(string Text, LogStream Stream);
