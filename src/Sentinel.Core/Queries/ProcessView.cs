using Sentinel.Core.Diagnosis;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Queries;

/// <summary>A process as it is at this moment.</summary>
/// <param name="Usage">For its whole tree; null when nothing of it runs.</param>
public sealed record ProcessView(ProcessRecord Record, TreeUsage? Usage)
{
    /// <summary>Why its lease is over, as a sentence without capital and full stop; null while it holds, or if there is none.</summary>
    public string? LeaseOver { get; init; }

    /// <summary>Whether it is not ready, and not probed unless somebody waits for it.</summary>
    public bool IsUnasked { get; init; }

    /// <summary>What still runs of it although it has ended.</summary>
    public IReadOnlyList<LeftProcess> Left { get; init; } = [];

    /// <summary>The pids of processes that are left of its tree although it has ended, even if the user stopped it; empty if nobody asked for them.</summary>
    public IReadOnlyList<int> Remains { get; init; } = [];

    /// <summary>The ports that it leases.</summary>
    public IReadOnlyList<PortLease> Ports { get; init; } = [];

    /// <summary>Where people reach it; null: not known.</summary>
    public string? Url { get; init; }

    /// <summary>What it waits for before it is started.</summary>
    public IReadOnlyList<WaitsFor> WaitsFor { get; init; } = [];

    /// <summary>What became of its logs; null if nobody asked for it.</summary>
    public LogFaults? Logs { get; init; }
}

/// <param name="CpuPercent">Of one CPU: two busy threads are 200.</param>
/// <param name="MemoryBytes">Resident memory; shared memory counts for each process. With a limit: see <see cref="Host.GroupSighting"/>.</param>
/// <param name="Uptime">Since the main process started.</param>
/// <param name="Pids">Every process of the tree.</param>
public sealed record TreeUsage(double CpuPercent, long MemoryBytes, TimeSpan Uptime, IReadOnlyList<int> Pids);
