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

    /// <summary>What happened to processes, and what comes next.</summary>
    /// <param name="Lines">How many lines of stderr to show before each end.</param>
    public sealed record Stories(Selection Selection, int Lines) : Query;
}
