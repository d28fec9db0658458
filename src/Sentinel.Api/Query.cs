using Sentinel.Core.Supervision;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Queries;

/// <summary>What a command asks to know. Nothing changes because somebody asks.</summary>
public abstract record Query
{
    private Query()
    {
    }

    /// <summary>Processes, as they are at this moment.</summary>
    public sealed record Processes(Selection Selection) : Query
    {
        /// <summary>Whether to name what is left of processes that have ended; see <see cref="ProcessView.Remains"/>.</summary>
        public bool WithRemains { get; init; }

        /// <summary>Whether to find out what became of their logs, which takes long for many processes.</summary>
        public bool WithLogs { get; init; }

        /// <summary>The process that asks, which counts for no tree; null: it is the one that answers.</summary>
        public ProcessIdentity? Asker { get; init; }
    }
}
