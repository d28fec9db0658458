using Sentinel.Api;
using Sentinel.Core.Checks;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>Waits until a process meets a condition such as one that others can wait for.</summary>
internal sealed class ConditionWait(Session session, ProcessRecord first, Condition condition, Inotify watch)
{
    // Nothing tells of a file that is made, or of a line that is written.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, (long Position, LineSearch Search)> _logs = [];
    private int? _run;

    /// <param name="timeout">Null: it waits for as long as it takes.</param>
    /// <returns>The exit code.</returns>
    public int Wait(TimeSpan? timeout)
    {
        var (begun, name) = (TimeProvider.System.GetTimestamp(), first.Spec.Name);
        if (condition.Kind == ConditionKind.Healthy && first.Spec.Health is null)
            return Session.Fail($"{name} has no health check, so it is never healthy: 'sentinel set {name} --health-http URL' gives it one");
        while (true)
        {
            var (written, state, _) = session.Look();
            if (state.Processes.GetValueOrDefault(first.Id) is not { } now)
                return Session.Fail($"{name} was deleted");
            if (IsMet(now))
                return Met(now);
            if (condition.Kind == ConditionKind.Healthy && session.Daemon is null)
                return Session.Fail("no daemon is running, and nobody else checks its health: 'sentinel daemon start' starts one");
            // The daemon is taking note of an end just now, and knows what follows.
            if (now.State.IsOver && (session.Daemon is null || ReferenceEquals(now, written.Processes[first.Id])))
                return Session.Fail($"{name} is {now.Word}{(now.LastRun is { } last ? $": {last.How}" : "")}, and {Missing}");
            if (session.Daemon is null)
                Due.Restart(session, now, written);
            var left = timeout - TimeProvider.System.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
                return Session.Fail($"{name} is {now.Word} after {timeout!.Value.TotalSeconds:0.###} s, and {Missing}", ExitCode.TimedOut);
            watch.Wait(null, left < Interval ? left.Value : Interval);
        }
    }

    private string Missing => condition switch
    {
        { Kind: ConditionKind.File, Target: { } path } => $"there is no {PathOf(path)}",
        { Kind: ConditionKind.Log, Target: { } expression } => $"has written nothing that matches '{expression}'",
        _ => $"is not {condition}",
    };

    private bool IsMet(ProcessRecord now) => condition switch
    {
        { Kind: ConditionKind.File, Target: { } path } => (now.State is RunState.Running || now.IsDone) && Path.Exists(PathOf(path)),
        { Kind: ConditionKind.Log, Target: { } expression } => HasWritten(now, expression),
        _ => Dependencies.Meets(now, condition),
    };

    private string PathOf(string path) => Path.Combine(first.Spec.WorkingDirectory, path);

    // In its present run or, if it does not run, in its last.
    private bool HasWritten(ProcessRecord now, string expression)
    {
        if (now.State is RunState.Backoff or RunState.Starting || (now.State.CurrentRun?.LogStarts ?? now.LastRun?.LogStarts) is not { } starts)
            return false;
        if (_run != now.RunNumber)
            _logs.Clear();
        _run = now.RunNumber;
        return IsIn(session.Home.StdoutOf(now), starts.Stdout) | IsIn(session.Home.StderrOf(now), starts.Stderr);

        bool IsIn(string path, long? start)
        {
            var (position, search) = _logs.TryGetValue(path, out var known) ? known : (start ?? 0, new LineSearch(new LogPattern(expression)));
            var isFound = false;
            using (var history = new LogHistory(path, new LogFiles()))
                history.Follow(ref position, (_, block) => isFound = isFound || search.IsIn(block.Span));
            _logs[path] = (position, search);
            return isFound;
        }
    }

    private int Met(ProcessRecord now)
    {
        if (session.IsJson)
            session.Print(ProcessLook.Whole(session, Selection.Of([now.Id])).ToJson());
        else
            session.Output.Line(condition.Kind switch
            {
                ConditionKind.File => $"{now.Spec.Name} is {now.Word}, and {PathOf(condition.Target!)} is there",
                ConditionKind.Log => $"{now.Spec.Name} has written what matches '{condition.Target}'",
                _ => $"{now.Spec.Name} is {condition}",
            });
        return ExitCode.Success;
    }
}
