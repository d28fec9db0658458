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
    public bool IsRepeatable => this is not (Run or Scale or ChangeSpecs or Restart or Signal or AllocatePort or CreateGroup or AddHook);

    /// <summary>Registers a process, or all instances of a set, and starts them; what cannot be started is not registered.</summary>
    public sealed record Run(RunRequest What) : Request;

    /// <summary>Gives a set so many instances: starts more that are like the first, or ends and forgets the last.</summary>
    /// <param name="IsRelative">Whether <paramref name="Count"/> is how many more.</param>
    public sealed record Scale(string Set, int Count, bool IsRelative) : Request;

    /// <summary>Changes what is asked of processes: of all of them, or of none.</summary>
    public sealed record ChangeSpecs(IReadOnlyList<SpecChange> Changes) : Request;

    /// <summary>Starts what does not run. A process that is named gets the whole time of its lease again.</summary>
    /// <param name="Selection">Which; in bulk, all that do not run and whose lease is not over.</param>
    /// <param name="Renewal">Replaces what they have of their caller; null leaves that.</param>
    /// <param name="IsAlone">Whether to start them at once, without what they need; otherwise that is started, too.</param>
    public sealed record Start(Selection Selection, Renewal? Renewal, bool IsAlone = false) : Request;

    /// <summary>Ends whole trees. In bulk: all that run. What needs another is told to end before that.</summary>
    /// <param name="WithDependents">Whether everything that needs them is stopped, too.</param>
    public sealed record Stop(Selection Selection, StopOptions Options, bool WithDependents = false) : Request;

    /// <summary>
    /// Ends whole trees, then starts them again. In bulk: all but those that the user stopped or whose lease is over. That they are to
    /// run again is written down first: should the one who restarts them be killed, the next command or daemon goes on.
    /// </summary>
    /// <param name="Renewal">Replaces what they have of their caller; null leaves that.</param>
    /// <param name="Way">
    /// Rolling: the last must be ready and healthy or, without such checks, have run for a second. No gap: a new run must be ready or, without
    /// such a check, have run for two seconds. Both end at the first failure; without a gap, what failed goes on in its run before.
    /// </param>
    public sealed record Restart(Selection Selection, StopOptions Options, Renewal? Renewal, RestartWay Way = RestartWay.Together) : Request;

    /// <summary>Ends whole trees and forgets the processes.</summary>
    /// <param name="WithLogs">Whether their log files are deleted, too.</param>
    /// <param name="IfExists">Whether a name that nothing has is no failure.</param>
    public sealed record Delete(Selection Selection, StopOptions Options, bool WithLogs, bool IfExists = false) : Request;

    /// <summary>Forgets all that do not run and will not be restarted; a process whose tree lives on is kept.</summary>
    /// <param name="WithLogs">Whether their log files are deleted, too.</param>
    public sealed record Clean(bool WithLogs) : Request;

    /// <summary>Forgets how often processes failed; a process that was given up becomes stopped.</summary>
    public sealed record Reset(Selection Selection) : Request;

    /// <summary>Sends a signal to what runs.</summary>
    /// <param name="IsTree">Whether everything that it started gets it, too; otherwise the main process alone.</param>
    public sealed record Signal(Selection Selection, int Number, bool IsTree) : Request;

    /// <summary>
    /// Registers, changes and forgets processes until a project is as it is asked for: either all of it, as far as can be told before,
    /// or nothing. What runs is restarted only if its change needs that.
    /// </summary>
    /// <param name="ToStart">The names, within the project, of those that are to run: these, and what they need, are started.</param>
    /// <param name="Again">Whether tasks that are done are run again.</param>
    public sealed record Apply(ProjectRequest What, IReadOnlyList<string> ToStart, bool Again = false) : Request;

    /// <summary>Creates a group; its environment files must be valid.</summary>
    public sealed record CreateGroup(Group Group) : Request;

    /// <summary>Changes a group's environment.</summary>
    public sealed record ChangeGroup(string Group, GroupChange Change) : Request;

    /// <summary>Deletes a group; its processes stay as they are, without a group.</summary>
    public sealed record DeleteGroup(string Group) : Request;

    /// <summary>Adds a hook.</summary>
    public sealed record AddHook(Hook Hook) : Request;

    /// <summary>Deletes hooks.</summary>
    public sealed record DeleteHooks(IReadOnlyList<string> Names) : Request;

    /// <summary>Moves processes into a group, from whichever group they are in.</summary>
    public sealed record AddToGroup(string Group, Selection Selection) : Request;

    /// <summary>Takes processes out of a group.</summary>
    public sealed record RemoveFromGroup(string Group, Selection Selection) : Request;

    /// <summary>Leases a port; null: any that is free.</summary>
    public sealed record AllocatePort(int? Port, string Name) : Request;

    /// <summary>Ends leases, by port or name.</summary>
    public sealed record FreePorts(IReadOnlyList<string> Targets) : Request;

    /// <summary>Rotates logs now, whatever their size.</summary>
    public sealed record RotateLogs(Selection Selection) : Request;

    /// <summary>Empties logs and deletes their backups.</summary>
    /// <param name="Stream">Null: both.</param>
    public sealed record ClearLogs(Selection Selection, LogStream? Stream) : Request;

    /// <summary>Ends whole trees whose lease is over.</summary>
    /// <param name="Session">Ends those that were run in this session, and no others, whether their leases are over or not; null: all whose are.</param>
    public sealed record EndLeases(string? Session) : Request;

    /// <summary>Starts what is due to be restarted.</summary>
    public sealed record RestartDue : Request;

    /// <summary>Starts processes that have a schedule now, besides their times.</summary>
    public sealed record Trigger(Selection Selection) : Request;
}

/// <summary>A change of the settings of a process.</summary>
/// <param name="Before">What the caller saw: nobody's change is undone without being seen.</param>
public sealed record SpecChange(int Id, ProcessSpec Before, ProcessSpec After);

/// <summary>Does what commands ask for: here and now, or in the daemon.</summary>
public interface ISupervisor
{
    ValueTask<IReadOnlyList<Outcome>> Do(Request request);
}
