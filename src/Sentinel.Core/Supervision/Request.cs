using Sentinel.Core.Specs;
using Sentinel.Core.Trees;

namespace Sentinel.Core.Supervision;

/// <summary>What a command asks a supervisor to do.</summary>
public abstract record Request
{
    private Request()
    {
    }

    /// <inheritdoc cref="Supervisor.Run"/>
    public sealed record Run(RunRequest What) : Request;

    /// <inheritdoc cref="Supervisor.Start"/>
    public sealed record Start(Selection Selection, EnvironmentBlock? Environment) : Request;

    /// <inheritdoc cref="Supervisor.Stop"/>
    public sealed record Stop(Selection Selection, StopOptions Options) : Request;

    /// <inheritdoc cref="Supervisor.Restart"/>
    public sealed record Restart(Selection Selection, StopOptions Options, EnvironmentBlock? Environment) : Request;

    /// <inheritdoc cref="Supervisor.Delete"/>
    public sealed record Delete(Selection Selection, StopOptions Options, bool WithLogs) : Request;

    /// <inheritdoc cref="Supervisor.Clean"/>
    public sealed record Clean(bool WithLogs) : Request;

    /// <inheritdoc cref="Supervisor.Reset"/>
    public sealed record Reset(Selection Selection) : Request;

    /// <inheritdoc cref="Supervisor.RestartDue"/>
    public sealed record RestartDue : Request;
}

/// <summary>Does what commands ask for: here and now, or in the daemon.</summary>
public interface ISupervisor
{
    ValueTask<IReadOnlyList<Outcome>> Do(Request request);
}
