using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Api;

/// <summary>What a command asks a supervisor to do.</summary>
public abstract record Request
{
    private Request()
    {
    }

    /// <summary>Whether repeating it after part of it was done gives the same result.</summary>
    public bool IsRepeatable => this is not (Run or Scale or ChangeSpecs or Restart or AllocatePort or CreateGroup);

    /// <inheritdoc cref="Supervisor.Run"/>
    public sealed record Run(RunRequest What) : Request;

    /// <inheritdoc cref="Supervisor.Scale"/>
    public sealed record Scale(string Set, int Count, bool IsRelative) : Request;

    /// <inheritdoc cref="Supervisor.Change"/>
    public sealed record ChangeSpecs(IReadOnlyList<SpecChange> Changes) : Request;

    /// <inheritdoc cref="Supervisor.Start"/>
    public sealed record Start(Selection Selection, Renewal? Renewal) : Request;

    /// <inheritdoc cref="Supervisor.Stop"/>
    public sealed record Stop(Selection Selection, StopOptions Options) : Request;

    /// <inheritdoc cref="Supervisor.Restart"/>
    public sealed record Restart(Selection Selection, StopOptions Options, Renewal? Renewal) : Request;

    /// <inheritdoc cref="Supervisor.Delete"/>
    public sealed record Delete(Selection Selection, StopOptions Options, bool WithLogs) : Request;

    /// <inheritdoc cref="Supervisor.Clean"/>
    public sealed record Clean(bool WithLogs) : Request;

    /// <inheritdoc cref="Supervisor.Reset"/>
    public sealed record Reset(Selection Selection) : Request;

    /// <summary>Creates a group; its environment files must be valid.</summary>
    public sealed record CreateGroup(Group Group) : Request;

    /// <summary>Changes a group's environment.</summary>
    public sealed record ChangeGroup(string Group, GroupChange Change) : Request;

    /// <summary>Deletes a group; its processes stay as they are, without a group.</summary>
    public sealed record DeleteGroup(string Group) : Request;

    /// <summary>Moves processes into a group, from whichever group they are in.</summary>
    public sealed record AddToGroup(string Group, Selection Selection) : Request;

    /// <summary>Takes processes out of a group.</summary>
    public sealed record RemoveFromGroup(string Group, Selection Selection) : Request;

    /// <summary>Leases a port; null: any that is free.</summary>
    public sealed record AllocatePort(int? Port, string Name) : Request;

    /// <summary>Ends leases, by port or name.</summary>
    public sealed record FreePorts(IReadOnlyList<string> Targets) : Request;

    /// <inheritdoc cref="Supervisor.EndLeases"/>
    public sealed record EndLeases(string? Session) : Request;

    /// <inheritdoc cref="Supervisor.RestartDue"/>
    public sealed record RestartDue : Request;
}

/// <summary>A change of the settings of a process.</summary>
/// <param name="Before">What the caller saw: nobody's change is undone without being seen.</param>
public sealed record SpecChange(int Id, ProcessSpec Before, ProcessSpec After);

/// <summary>Does what commands ask for: here and now, or in the daemon.</summary>
public interface ISupervisor
{
    ValueTask<IReadOnlyList<Outcome>> Do(Request request);
}
