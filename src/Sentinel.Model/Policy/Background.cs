using Sentinel.Model.Processes;

namespace Sentinel.Model.Policy;

/// <summary>A process that still runs after the main process of its tree has ended.</summary>
/// <param name="Program">Its name; null if that cannot be read.</param>
/// <param name="LeftSession">Whether it is in a different session from the one that its main process began.</param>
public sealed record LeftProcess(int Pid, string? Program, DateTimeOffset StartedAt, bool LeftSession)
{
    public override string ToString() => $"{Program ?? "a process"} (pid {Pid})";
}

/// <summary>Tells a program that went into the background, as daemons do, from one that has ended.</summary>
public static class Background
{
    // Naming more would tell the reader no more.
    private const int MostNamed = 5;

    /// <summary>A process that is just about to end has ended by then.</summary>
    public static readonly TimeSpan LeftoverDelay = TimeSpan.FromSeconds(1);

    /// <summary>Whether the last run may have gone into the background: it ended successfully, soon after its start.</summary>
    public static bool MayBe(ProcessRecord record) =>
        record is { Spec.PidFile: null, State: RunState.Exited or RunState.Backoff, LastRun: { } run }
        && (run.How is Exit.Unknown or Exit.Code { Value: 0 }) && (!run.Witnessed || run.How is Exit.Unknown || IsShort(run));

    /// <summary>Whether it did, given what it left running. If nobody saw how, a daemon is recognized by its own session.</summary>
    public static bool Is(ProcessRecord record, IReadOnlyList<LeftProcess> left) =>
        left.Count > 0 && MayBe(record)
        && (IsShort(record.LastRun!) || left.Any(process => process.LeftSession && process.StartedAt - record.LastRun!.StartedAt < RestartBackoff.StableRun));

    /// <summary>How long to wait before the remaining processes count as left behind.</summary>
    public static TimeSpan Wait(EndedRun run, IReadOnlyList<LeftProcess> left, DateTimeOffset now)
    {
        var begun = run.Witnessed ? run.EndedAt : left.Min(process => process.StartedAt);
        return now < begun ? TimeSpan.Zero : LeftoverDelay - (now - begun);
    }

    /// <summary>In words: <c>nginx (pid 812)</c>.</summary>
    public static string Words(IReadOnlyList<LeftProcess> left) =>
        string.Join(", ", left.Take(MostNamed)) + (left.Count > MostNamed ? $" and {left.Count - MostNamed} more" : "");

    private static bool IsShort(EndedRun run) =>
        run is { How: Exit.Code { Value: 0 }, Witnessed: true } && run.EndedAt - run.StartedAt < RestartBackoff.StableRun;
}
