using Sentinel.Model.Processes;

namespace Sentinel.Api;

/// <summary>What a command asks to know. Nothing changes because somebody asks.</summary>
public abstract record Query
{
    private Query()
    {
    }

    /// <summary>The process that asks, which counts for no tree; null: it is the one that answers.</summary>
    public ProcessIdentity? Asker { get; init; }

    /// <summary>Processes, as they are at this moment.</summary>
    public sealed record Processes(Selection Selection) : Query
    {
        /// <summary>Whether to name what is left of processes that have ended; see <see cref="ProcessInfo.Pids"/>.</summary>
        public bool WithRemains { get; init; }

        /// <summary>Whether to find out what became of their logs, which takes long for many processes.</summary>
        public bool WithLogs { get; init; }

        /// <summary>Whether to name the settings that differ from their defaults.</summary>
        public bool WithOptions { get; init; }
    }

    /// <summary>What a list shows of processes.</summary>
    public sealed record Summaries(Selection Selection) : Query;

    /// <summary>What happened to processes, and what comes next.</summary>
    /// <param name="Lines">How many lines of stderr to show before each end.</param>
    public sealed record Stories(Selection Selection, int Lines) : Query;

    /// <summary>Groups, in the order of their names.</summary>
    /// <param name="Name">Null: all.</param>
    public sealed record Groups(string? Name) : Query;

    /// <summary>Leased ports, in order, and who listens on them.</summary>
    /// <param name="Name">Of their leases; null: all.</param>
    public sealed record Ports(string? Name) : Query;

    /// <summary>The environment of one process.</summary>
    /// <param name="Target">Its id or name.</param>
    /// <param name="WithValues">Whether to tell all values, also those that look secret; see <see cref="Secrets"/>.</param>
    /// <param name="Folder">See <see cref="Selection.Named.Folder"/>.</param>
    public sealed record Environment(string Target, bool WithValues, string? Folder = null) : Query;

    /// <summary>What <see cref="Request.EndLeases"/> would end now.</summary>
    /// <inheritdoc cref="Request.EndLeases" path="/param"/>
    public sealed record Overdue(string? Session) : Query;

    /// <summary>Whether a start has succeeded, answered once that is decided.</summary>
    /// <param name="Started">What was started.</param>
    /// <param name="Serves">
    /// Whether it has to serve: by its health check or, where nothing tells, by having lived for a second.
    /// </param>
    public sealed record Start(ProcessRef Started, bool Serves) : Query;

    /// <summary>A page of the output of a process; without a position, the last lines.</summary>
    /// <param name="Target">Its id or name.</param>
    /// <param name="Lines">How many at most; a page may hold fewer, and never more than 1,000.</param>
    public sealed record Log(string Target, LogStream Stream, int Lines) : Query
    {
        /// <summary>The lines before this position; see <see cref="LogPage.Before"/>.</summary>
        public long? Before { get; init; }

        /// <summary>The lines after this position; see <see cref="LogPage.After"/>.</summary>
        public long? After { get; init; }
    }

    /// <summary>What <c>doctor</c> finds.</summary>
    public sealed record Findings : Query;

    /// <summary>What is measured and counted of all processes, and of the daemon.</summary>
    public sealed record Metrics : Query;

    /// <summary>What has happened since: a page of it.</summary>
    /// <param name="After">The number up to which the caller knows everything; 0: from the oldest event that is kept.</param>
    public sealed record Events(long After) : Query;
}
