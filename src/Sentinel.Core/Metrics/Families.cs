using Sentinel.Api;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Metrics;

/// <summary>All metrics that there are, in the order in which they are written.</summary>
internal static class Families
{
    public static readonly IReadOnlyList<Family> All =
    [
        Whole("sentinel_build", FamilyKind.Info, "The version of Sentinel that supervises.", all => [new(1, ("version", all.Version))]),
        Process("sentinel_process_state", "What the process does: 1 for its state, 0 for all others.",
            process => RunState.Words.Select(word => new Sample(word == process.State ? 1 : 0, ("state", word)))),
        Process("sentinel_process_up", "Whether the main process runs.", process => [Sample.If(process.IsUp)]),
        Process("sentinel_process_ready", "Whether the process is ready.", process => [Sample.If(process.IsReady)]),
        Process("sentinel_process_healthy", "Whether the health check passes; missing while that is not known.",
            process => process.IsHealthy is { } isHealthy ? [Sample.If(isHealthy)] : []),
        Process("sentinel_process_start_time_seconds", "When the run that is under way began, in seconds since 1970.", process => Time(process.StartedAt)),
        Process("sentinel_process_resident_memory_bytes", "Resident memory of the process tree.", process => Maybe(process.MemoryBytes)),
        Process("sentinel_process_memory_limit_bytes", "How much memory the process tree may use before it is restarted or killed.", process => Maybe(process.MemoryLimitBytes)),
        Process("sentinel_process_threads", "Threads of the process tree.", process => Maybe(process.Threads)),
        Counter("sentinel_process_cpu_seconds", "CPU time that the process tree of the run has used.", process => Maybe(process.CpuSeconds)),
        Counter("sentinel_process_restarts", "Restarts of the process.",
            process => RestartReasons.All.Select(reason => new Sample(process.Tally.Restarts[reason], ("reason", reason.Word())))),
        Counter("sentinel_process_exits", "Ends of runs of the process.",
            process => EndKinds.All.Select(kind => new Sample(process.Tally.Ends[kind], ("how", kind.Word())))),
        Counter("sentinel_process_oom_kills", "Runs that the kernel ended because memory ran out.", process => [new(process.Tally.Ends[EndKind.OutOfMemory])]),
        Counter("sentinel_process_health_checks", "Health checks of the process.", process => process.HasHealthCheck || !process.Tally.Checks.IsNone
            ? CheckResults.All.Select(result => new Sample(process.Tally.Checks[result], ("result", result.Word())))
            : []),
        new("sentinel_process_start_duration_seconds", FamilyKind.Histogram, "How long starts took until the process was ready.")
        {
            OfProcess = process => process.HasReadiness || process.Tally.Starts != StartTimes.None ? Buckets(process.Tally.Starts) : [],
        },
        Counter("sentinel_process_log_bytes", "Bytes written to the log since it was made.", process => Logs(process, log => log.Bytes)),
        Counter("sentinel_process_log_rotations", "Rotations of the log since it was made.", process => Logs(process, log => log.Rotations)),
        Process("sentinel_task_last_success_timestamp_seconds", "When the task last ended with success, in seconds since 1970.", process => Time(process.Tally.LastSuccess)),
        Process("sentinel_task_last_duration_seconds", "How long the last run of the task took.", process => process.IsTask ? Maybe(process.LastRunSeconds) : []),
        Daemon("sentinel_daemon_resident_memory_bytes", FamilyKind.Gauge, "Resident memory of the daemon.", daemon => [new(daemon.MemoryBytes)]),
        Daemon("sentinel_daemon_wakeups", FamilyKind.Counter, "How often the daemon had something to do since it began.", daemon => [new(daemon.Wakeups)]),
        Daemon("sentinel_daemon_state_write_seconds", FamilyKind.Summary, "How long the daemon took to write its state since it began.",
            daemon => [new(daemon.StateWriteSeconds, Suffix: "_sum"), new(daemon.StateWrites, Suffix: "_count")]),
    ];

    private static Family Process(string name, string help, Func<ProcessMetrics, IEnumerable<Sample>> of) => new(name, FamilyKind.Gauge, help) { OfProcess = of };

    private static Family Counter(string name, string help, Func<ProcessMetrics, IEnumerable<Sample>> of) => new(name, FamilyKind.Counter, help) { OfProcess = of };

    private static Family Whole(string name, FamilyKind kind, string help, Func<Answer.Metrics, IEnumerable<Sample>> of) => new(name, kind, help) { OfWhole = of };

    private static Family Daemon(string name, FamilyKind kind, string help, Func<DaemonMetrics, IEnumerable<Sample>> of) =>
        Whole(name, kind, help, all => all.Daemon is { } daemon ? of(daemon) : []);

    private static IEnumerable<Sample> Maybe(double? value) => value is { } known ? [new(known)] : [];

    private static IEnumerable<Sample> Time(DateTimeOffset? time) => Maybe(time?.ToUnixTimeMilliseconds() / 1000.0);

    private static IEnumerable<Sample> Logs(ProcessMetrics process, Func<LogMetrics, long> of)
    {
        foreach (var (stream, log) in new[] { (LogStream.Stdout, process.Stdout), (LogStream.Stderr, process.Stderr) })
            if (log is not null)
                yield return new Sample(of(log), ("stream", stream.Word()));
    }

    // Each bucket counts what is in those below it, too.
    private static IEnumerable<Sample> Buckets(StartTimes starts)
    {
        var count = 0L;
        for (var i = 0; i <= StartTimes.Bounds.Count; i++)
        {
            count += starts.Counts[i];
            yield return new Sample(count, ("le", i < StartTimes.Bounds.Count ? MetricsText.Decimal(StartTimes.Bounds[i]) : "+Inf"), "_bucket");
        }

        yield return new Sample(starts.Milliseconds / 1000.0, Suffix: "_sum");
        yield return new Sample(count, Suffix: "_count");
    }
}
