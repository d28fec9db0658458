using Sentinel.Api;
using Sentinel.Linux.Sockets;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>What <c>list</c> and <c>status</c> show. They restart what is due where no daemon does, and change nothing else.</summary>
internal sealed class ProcessLook
{
    private readonly Session _session;
    private readonly IReadOnlyList<Outcome> _restarts;
    private Answer _answer;

    private ProcessLook(Session session, Answer answer, IReadOnlyList<Outcome> restarts)
    {
        (_session, _answer, _restarts) = (session, answer, restarts);
        foreach (var warning in answer.Warnings)
            session.Warn(warning);
        foreach (var failed in restarts.OfType<Outcome.Failed>())
            session.Warn(Outcomes.Line(failed));
    }

    /// <summary>What there is to say of them; not for <see cref="List"/>.</summary>
    public IReadOnlyList<ProcessInfo> Processes => ((Answer.Processes)_answer).All;

    /// <summary>What a list shows of them.</summary>
    public IReadOnlyList<ProcessSummary> Summaries =>
        _answer is Answer.Summaries summaries ? summaries.All : [.. Processes.Select(ProcessSummary.Of)];

    public IReadOnlyList<Outcome> Missing => _answer.Missing;

    /// <summary>What a daemon sees or, where none answers at once, what can be seen from here.</summary>
    public static ProcessLook At(Session session, Query.Processes query)
    {
        var told = session.AskIfThere<Answer.Processes>(query);
        // A process that the daemon cannot see may be one that we can.
        return told is not null && told.All.All(process => process.Elsewhere is null) ? new ProcessLook(session, told, []) : Here(session, query, told);
    }

    /// <summary>The same, with all that <c>--json</c> tells of them.</summary>
    public static ProcessLook Whole(Session session, Selection selection) =>
        At(session, new Query.Processes(selection) { WithRemains = true, WithOptions = true });

    /// <summary>The same, but no more of it than a list shows.</summary>
    public static ProcessLook List(Session session, Selection selection) =>
        session.AskIfThere<Answer.Summaries>(new Query.Summaries(selection)) is not { } told ? Here(session, new Query.Processes(selection), told: null)
        : told.All.All(process => process.Elsewhere is null) ? new ProcessLook(session, told, [])
        : At(session, new Query.Processes(selection));

    private static ProcessLook Here(Session session, Query.Processes query, Answer.Processes? told)
    {
        IReadOnlyList<Outcome> restarts = [];
        var sight = session.Look();
        // While a daemon runs, that is its job.
        if (sight.IsAnyDue(DateTimeOffset.UtcNow) && session.Daemon is null)
        {
            restarts = Restart(session);
            sight = session.Look();
        }

        // Nothing is left to await: here, whatever takes time blocks.
        var seen = session.Observer.Describe(query, sight).AsTask().GetAwaiter().GetResult();
        return new ProcessLook(session, told is null ? seen : seen with { All = [.. seen.All.Select(process => SeenBy(told, process))] }, restarts);
    }

    /// <summary>Leaves out the others.</summary>
    public ProcessLook Only(ProcessFilter filter)
    {
        _answer = _answer is Answer.Processes processes
            ? processes with { All = [.. processes.All.Where(process => filter.Passes(process))] }
            : (Answer.Summaries)_answer with { All = [.. Summaries.Where(filter.Passes)] };
        return this;
    }

    /// <summary>What was restarted, one line each.</summary>
    public IEnumerable<string> RestartLines()
    {
        foreach (var restarted in _restarts.OfType<Outcome.Restarted>())
            yield return $"Auto-restarted {restarted.Process.Name} (old_pid: {restarted.OldPid}, new_pid: {restarted.Process.Pid})";
    }

    public byte[] ToJson() => Documents.Of((Answer.Processes)_answer, _restarts.OfType<Outcome.Restarted>(), _session.Warnings);

    // What the daemon says of a process that cannot be seen from here.
    private static ProcessInfo SeenBy(Answer.Processes daemon, ProcessInfo process) => process.Elsewhere is null ? process
        : daemon.All.FirstOrDefault(told => told.Id == process.Id && told.Elsewhere is null) ?? process;

    // Whatever prevents the restart, what there is can still be shown.
    private static IReadOnlyList<Outcome> Restart(Session session)
    {
        try
        {
            return session.Do(new Request.RestartDue());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException or DaemonException)
        {
            session.Warn($"cannot restart the processes that are due: {e.Message}");
            return [];
        }
    }
}
