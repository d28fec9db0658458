using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Api;

/// <summary>A run that is over.</summary>
/// <param name="Pid">Null when the program could not be executed.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When it ended or, if not <paramref name="Witnessed"/>, when that was noticed.</param>
/// <param name="Witnessed">Whether somebody saw it end.</param>
/// <param name="How"><c>exited</c>, <c>killed</c>, <c>not-started</c> or <c>unknown</c>.</param>
/// <param name="Why">What was wrong; null: nothing but how it ended.</param>
/// <param name="Text">How it ended, for people.</param>
public sealed record RunInfo(
    int? Pid,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    bool Witnessed,
    string How,
    int? ExitCode,
    string? Signal,
    bool? CoreDumped,
    bool? OutOfMemory,
    long? PeakMemoryBytes,
    string? Why,
    string Text)
{
    public static RunInfo From(EndedRun run) => new(
        run.Pid,
        run.StartedAt,
        run.EndedAt,
        run.Witnessed,
        run.How switch { Exit.Code => "exited", Exit.Signal => "killed", Exit.NotStarted => "not-started", _ => "unknown" },
        (run.How as Exit.Code)?.Value,
        run.How is Exit.Signal signal ? SignalName.Of(signal.Number) : null,
        (run.How as Exit.Signal)?.CoreDumped,
        (run.How as Exit.Signal)?.OutOfMemory,
        run.PeakMemoryBytes,
        run.Why,
        run.How.ToString()!);
}
