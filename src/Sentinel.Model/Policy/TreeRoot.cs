using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>What the processes of one tree have in common.</summary>
/// <param name="Id">The id of the <see cref="ProcessRecord"/>.</param>
/// <param name="Cookie">
/// In the environment, or in the name of the control group, of each of them; the cookie of a record stands for those of all its runs.
/// </param>
/// <param name="Identity">The main process, if it is known.</param>
/// <param name="SessionId">The session that the main process began, if it is known: its pid.</param>
/// <param name="Stop">How to stop the process.</param>
public sealed record TreeRoot(int Id, string Cookie, ProcessIdentity? Identity, int? SessionId, StopRule Stop)
{
    /// <summary>The cookie of the run whose control group may tell whether anything is left.</summary>
    public string Group { get; init; } = Cookie;

    /// <summary>The main process of the run before, which goes on beside the current one; null: there is none.</summary>
    public ProcessIdentity? Beside { get; init; }

    /// <summary>The main processes that are known.</summary>
    public IEnumerable<ProcessIdentity> Mains
    {
        get
        {
            if (Identity is not null)
                yield return Identity;
            if (Beside is not null)
                yield return Beside;
        }
    }

    /// <summary>What any run of a process has started.</summary>
    public static TreeRoot Of(ProcessRecord record) => OfRun(record) with { Cookie = record.Cookie, Beside = record.Predecessor?.Run.Identity };

    /// <summary>What any run of each process has started.</summary>
    public static IEnumerable<TreeRoot> OfAll(IEnumerable<ProcessRecord> records)
    {
        // What Select does, but on the result of another query Select is a generic virtual call: the runtime reads metadata for it.
        foreach (var record in records)
            yield return Of(record);
    }

    /// <summary>What the run that is under way, or was the last, has started.</summary>
    public static TreeRoot OfRun(ProcessRecord record) => new(record.Id, record.RunCookie, record.State.Main, SessionOf(record), record.Spec.Stop);

    /// <summary>What is to end with a process that is being stopped: all of it or, of one that failed to take the place of the run before, that run alone.</summary>
    public static TreeRoot OfEnding(ProcessRecord record) => record is { IsBeingReplaced: true, State: RunState.Stopping } ? OfRun(record) : Of(record);

    private static int? SessionOf(ProcessRecord record) => record.State switch
    {
        { Main: { } main } => main.Pid,
        RunState.Starting => null,
        _ => record.LastRun?.Pid,
    };
}
