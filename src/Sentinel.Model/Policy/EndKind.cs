using Sentinel.Model.Processes;

namespace Sentinel.Model.Policy;

/// <summary>In which way a run ended, as far as that is counted.</summary>
public enum EndKind
{
    /// <summary>By itself, with a code that means success.</summary>
    Success,

    /// <summary>By itself, with any other code.</summary>
    Failure,

    /// <summary>By a signal that Sentinel did not send to stop it.</summary>
    Signal,

    /// <summary>By the kernel, because memory ran out.</summary>
    OutOfMemory,

    /// <summary>By Sentinel, for the user, its lease, a restart or a check that failed.</summary>
    Stopped,

    /// <summary>The program could not be executed.</summary>
    NotStarted,

    /// <summary>Nobody saw how.</summary>
    Unknown,
}

/// <summary>The words for it in the state and in metrics.</summary>
public static class EndKinds
{
    public static IReadOnlyList<EndKind> All { get; } = Enum.GetValues<EndKind>();

    public static string Word(this EndKind kind) => kind switch
    {
        EndKind.Success => "success",
        EndKind.Failure => "failure",
        EndKind.Signal => "signal",
        EndKind.OutOfMemory => "oom",
        EndKind.Stopped => "stopped",
        EndKind.NotStarted => "not_started",
        EndKind.Unknown => "unknown",
        _ => throw new NotSupportedException(kind.ToString()),
    };

    /// <summary>How the last run ended.</summary>
    /// <param name="before">The process before that end.</param>
    public static EndKind Of(ProcessRecord before, EndedRun run) => run.How switch
    {
        Exit.Signal { OutOfMemory: true } => EndKind.OutOfMemory,
        Exit.NotStarted => EndKind.NotStarted,
        _ when before.State is RunState.Stopping || before.HasReplaced(run) => EndKind.Stopped,
        Exit.Unknown => EndKind.Unknown,
        _ when before.Spec.ExitCodes.IsSuccess(run.How) => EndKind.Success,
        Exit.Signal => EndKind.Signal,
        _ => EndKind.Failure,
    };
}
