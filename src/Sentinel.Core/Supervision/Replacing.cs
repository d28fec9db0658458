using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Restarts without a gap: the next run is started beside the current one, with the same sockets, and when it is ready the one before is
/// ended. If it does not become ready, it is ended, and the one before goes on.
/// </summary>
internal sealed class Replacing(SupervisorTools tools, Choosing choosing, LeaseRules leases, Starting starting, Stopping stopping)
{
    private readonly Dictionary<int, Task<TreeEnd?>> _ending = [];
    private readonly Dictionary<int, StopOptions> _options = [];

    /// <summary>Whether a restart of it can be without a gap; otherwise, nothing of it serves now.</summary>
    public static bool IsUp(ProcessRecord record) => record.Serving.State is RunState.Running { IsReady: true };

    /// <param name="options">How the run before is ended.</param>
    public async ValueTask<Outcome> Replace(int id, StopOptions options, Renewal? renewal, RestartReason reason, FileChange? change)
    {
        using var start = tools.Starts.Prepare(id);
        int? before = null;
        var begun = Begin(id, new ProcessEvent.ReplaceRequested(reason, change), renewal, ref before);
        if (begun is not Outcome.Started started)
            return begun;
        _options[id] = options;
        try
        {
            if (await start.Until(started.Process, serves: false) is { } failure)
                return tools.Store.Read().Processes.GetValueOrDefault(id)?.State.Main?.Pid == before ? failure with { Why = $"{failure.Why}; the run before goes on" } : failure;
            // It was noted that this one is ready, and with that the other is being ended.
            if (await EndPredecessor(id) is { Survivors.Count: > 0 } end)
                return new Outcome.Failed(started.Target, started.Process, $"the run before could not be ended: {string.Join("; ", end.Survivors)}", FailureCode.NotStopped);
            return new Outcome.Restarted(started.Target, started.Process, before) { Ports = started.Ports };
        }
        finally
        {
            _options.Remove(id);
        }
    }

    /// <summary>Ends the run before the current one, if there is one and its work is done, or waits until another command has done so.</summary>
    public async Task<TreeEnd?> EndPredecessor(int id)
    {
        if (_ending.TryGetValue(id, out var under))
            return await under;
        var ending = End(id);
        if (!ending.IsCompleted)
            _ending[id] = ending;
        return await ending;
    }

    /// <summary>Goes on with what others have begun, and were killed before it was done.</summary>
    public async ValueTask GoOn()
    {
        foreach (var record in tools.Store.Read().Processes.Values.Where(record => record is { Predecessor: not null, IsBeingReplaced: false, State: RunState.Running } && !choosing.IsElsewhere(record)).ToList())
            await EndPredecessor(record.Id);
    }

    private Outcome Begin(int id, ProcessEvent happened, Renewal? renewal, ref int? before)
    {
        using var transaction = tools.Store.Begin();
        var (found, missing) = choosing.Choose(transaction, new Snapshot(tools.Table), Selection.Of([id]), _ => true);
        if (found.Count == 0)
            return missing[0];
        var record = found[0];
        if (WhyNot(record) is { } why)
            return new Outcome.Failed(record.Spec.Name, record, why, record.Predecessor is null ? FailureCode.NotStarted : FailureCode.Busy);
        before = record.State.Main?.Pid;
        return starting.StartNow(transaction, [record], happened, renewal)[0];
    }

    private string? WhyNot(ProcessRecord record) =>
        leases.WhyNotToStart(record)
        ?? (record.Spec.Sockets.Count == 0 ? $"it has no socket that could be handed on: '--no-gap' needs one, 'sentinel set {record.Spec.SetName} --socket ADDRESS' gives it one; '--rolling' restarts instances one at a time"
            : record.Spec.PidFile is not null ? "its pid file can name only one of two runs: '--no-gap' needs a process that stays in the foreground"
            : record.Predecessor is not null ? "another restart of it without a gap is not over yet"
            : Lifecycle.CanBeReplaced(record) ? null
            : "it does not run, or is not ready");

    private async Task<TreeEnd?> End(int id)
    {
        try
        {
            var state = tools.Store.Read();
            if (state.Processes.GetValueOrDefault(id) is not { Predecessor: { } predecessor, IsBeingReplaced: false } record)
                return null;
            var end = await stopping.EndBeside(record, state, _options.GetValueOrDefault(id) ?? StopOptions.Default);
            using var transaction = tools.Store.Begin();
            if (end.Survivors.Count == 0)
                tools.Spawner.CleanUp(record.AsPredecessor.RunCookie);
            if (transaction.State.Processes.GetValueOrDefault(id) is { Predecessor.Number: var number } now && number == predecessor.Number)
            {
                var how = new ProcessEvent.PredecessorEnded(end.Main ?? new Exit.Unknown("it ended before it could be stopped"), Witnessed: end.Main is not null);
                transaction.State = transaction.State.With(Lifecycle.Decide(now, how, tools.Time.GetUtcNow()).Record);
                transaction.Save();
            }

            return end;
        }
        finally
        {
            _ending.Remove(id);
        }
    }
}
