using Sentinel.Api;
using Sentinel.Core.Environments;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Waits until the processes of a project are ready or done, and tells of each as soon as that is decided.</summary>
/// <param name="begun">When they were asked for.</param>
/// <param name="timeout">Null: it waits for as long as it takes.</param>
internal sealed class UpWait(Session session, string project, DateTimeOffset begun, TimeSpan? timeout)
{
    // Where nothing tells that it is ready, it has to live for a moment.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private const string GoesOn = "All of it goes on: 'sentinel ps' shows how far, and 'sentinel down' ends it";

    private readonly Dictionary<int, Verdict> _decided = [];

    private sealed record Verdict(ProcessRecord Record, string Word, string Says, bool IsGood);

    /// <param name="ids">Those to wait for.</param>
    /// <param name="outcomes">What was said of them when they were asked for.</param>
    /// <returns>The exit code.</returns>
    public int Until(IReadOnlyList<int> ids, IReadOnlyList<Outcome> outcomes)
    {
        if (!session.IsJson)
            foreach (var outcome in outcomes.Where(outcome => outcome is Outcome.Changed or Outcome.Deleted or Outcome.Registered or Outcome.HookAdded or Outcome.HookChanged or Outcome.HookDeleted))
                session.Prose(Text.Printable(Outcomes.Line(outcome)), indent: 2);
        // What is known so far is not held back while it waits.
        session.Output.Flush();
        var refused = outcomes.OfType<Outcome.Failed>().Where(failed => failed.Process is not null).ToLookup(failed => failed.Process!.Id, failed => failed.Why);
        using var note = SlowNote.For(state => ids.Where(id => !_decided.ContainsKey(id)).Select(id => state.Processes.GetValueOrDefault(id)).OfType<ProcessRecord>(), StopOptions.Default, GoesOn);
        var width = ids.Select(id => session.Store.Read().Processes[id]).Max(record => Text.Width(ShortName(record)));
        while (_decided.Count < ids.Count)
        {
            var state = session.Store.Read();
            var dependencies = new Dependencies(state.Processes.Values);
            var now = DateTimeOffset.UtcNow;
            foreach (var id in ids.Where(id => !_decided.ContainsKey(id)))
                if (Decide(state, dependencies, id, now) is { } decided)
                {
                    var verdict = decided.Record.State is RunState.Stopped && refused[id].FirstOrDefault() is { } why ? decided with { Says = why } : decided;
                    _decided.Add(id, verdict);
                    Tell(verdict, now, width);
                }

            if (_decided.Count == ids.Count)
                break;
            if (timeout is { } most && now - begun > most)
                return Finish(ids, outcomes, isLate: true);
            if (session.FindDaemon() is null)
                return Session.Fail("the daemon has ended meanwhile; 'sentinel up' goes on");
            Thread.Sleep(Pause);
        }

        return Finish(ids, outcomes, isLate: false);
    }

    /// <summary>Waits until a process that waits for others is up, or cannot be any more.</summary>
    public static Outcome Until(Session session, Outcome.Waits waits)
    {
        while (true)
        {
            var state = session.Store.Read();
            if (!state.Processes.ContainsKey(waits.Process.Id))
                return new Outcome.Failed(waits.Target, waits.Process, "it was deleted before it was ready", FailureCode.NotFound);
            if (Decide(state, new Dependencies(state.Processes.Values), waits.Process.Id, DateTimeOffset.UtcNow) is { } verdict)
                return verdict.IsGood ? new Outcome.Started(waits.Target, verdict.Record) { Ports = PortRef.Of(verdict.Record, state) }
                    : new Outcome.Failed(waits.Target, verdict.Record, verdict.Says, FailureCode.NotReady);
            if (session.FindDaemon() is null)
                return new Outcome.Failed(waits.Target, waits.Process, "no daemon is running, so nobody starts it when what it needs is there: 'sentinel daemon start' starts one", FailureCode.NotReady);
            Thread.Sleep(Pause);
        }
    }

    private static Verdict? Decide(State state, Dependencies dependencies, int id, DateTimeOffset now)
    {
        if (state.Processes.GetValueOrDefault(id) is not { } record)
            return null;
        return record.State switch
        {
            RunState.Scheduled { OnDemand: true } => new Verdict(record, RunState.Listening, "who connects starts it", IsGood: true),
            RunState.Scheduled => new Verdict(record, "scheduled", Scheduling.Next(record) is { } next ? $"next at {Text.Time(next)}" : "", IsGood: true),
            _ when record.IsDone => new Verdict(record, "done", record.LastRun?.How.ToString() ?? "", IsGood: true),
            RunState.Running { IsReady: true, Handover: null } run when !record.Spec.IsTask && (record.Spec.Readiness is not null || now - (run.ReadySince ?? run.Since) >= Moment) =>
                new Verdict(record, "ready", Reached(state, record), IsGood: true),
            RunState.Waiting when dependencies.Of(record).FirstOrDefault(waits => waits.IsInVain) is { } vain =>
                new Verdict(record, "waiting", $"{vain.Name} is not {vain.Until}: {vain.Why}", IsGood: false),
            RunState.Crashed or RunState.Failed or RunState.Exited or RunState.Stopped => new Verdict(record, "FAILED", WhyNot(record), IsGood: false),
            _ => null,
        };
    }

    private static string Reached(State state, ProcessRecord record) => $"pid {record.State.Main?.Pid}"
        + (ProcessUrl.Of(record, state.PortsOf(record), state) is { } url ? $"  {url}" : string.Concat(PortRef.Of(record, state).Select(port => $"  :{port.Port}")));

    private static string WhyNot(ProcessRecord record) => (record.State, record.LastRun) switch
    {
        (RunState.Failed failed, _) => failed.Why,
        (RunState.Stopped, _) => "it was stopped",
        (_, { Why: { } why } run) => $"{why}; {run.How}",
        (_, { } run) => run.How.ToString()!,
        _ => "it does not run",
    };

    private void Tell(Verdict verdict, DateTimeOffset now, int width)
    {
        if (session.IsJson)
            return;
        var name = ShortName(verdict.Record);
        var word = verdict.Word.PadRight(9);
        session.Output.Line(
            $"  {name}{new string(' ', width - Text.Width(name))}  {session.Style.Paint(word, verdict.IsGood ? Color.Green : Color.Red)} "
            + $"{Text.ExactDuration(now - begun),6}  {Text.Printable(verdict.Says)}");
        session.Output.Flush();
        if (!verdict.IsGood && verdict.Word == "FAILED")
            ReadyWait.ShowLastLines(session, verdict.Record);
    }

    private int Finish(IReadOnlyList<int> ids, IReadOnlyList<Outcome> outcomes, bool isLate)
    {
        string[] bad = [.. ids.Select(id => _decided.GetValueOrDefault(id)).OfType<Verdict>().Where(verdict => !verdict.IsGood).Select(verdict => ShortName(verdict.Record))];
        var state = session.Store.Read();
        string[] open = [.. ids.Where(id => !_decided.ContainsKey(id)).Select(id => state.Processes.TryGetValue(id, out var record) ? ShortName(record) : $"{id}")];
        if (session.IsJson)
            session.Print(Documents.Of(Judged(outcomes), session.Warnings));
        else
            session.Output.Line(Summary(ids.Count, bad, open));
        session.Output.Flush();
        if (!session.IsJson && bad.Length > 0)
            Output.Tell($"'sentinel why {Text.Argument(bad[0])}' explains it.");
        return bad.Length > 0 ? ExitCode.Failure : isLate ? ExitCode.TimedOut : ExitCode.Success;
    }

    private static string Summary(int count, string[] bad, string[] open) =>
        $"{(bad.Length + open.Length == 0 ? $"{count}" : $"{count - bad.Length - open.Length} of {count}")} {(count == 1 ? "is" : "are")} up"
        + (bad.Length == 0 ? "" : $"; {string.Join(", ", bad)} {(bad.Length == 1 ? "is" : "are")} not")
        + (open.Length == 0 ? "." : $"; {string.Join(", ", open)} {(open.Length == 1 ? "takes" : "take")} longer.");

    // As they are by now: what has failed since it was started is a failure.
    private IReadOnlyList<Outcome> Judged(IReadOnlyList<Outcome> outcomes)
    {
        var state = session.Store.Read();
        var judged = outcomes.Where(outcome => outcome is not (Outcome.Began or Outcome.Waits or Outcome.Scheduled)).ToList();
        foreach (var (id, verdict) in _decided)
            judged.Add(verdict.Record.State is RunState.Scheduled ? new Outcome.Scheduled(verdict.Record.Spec.Name, verdict.Record, Scheduling.Next(verdict.Record))
                : !verdict.IsGood ? new Outcome.Failed(verdict.Record.Spec.Name, verdict.Record, verdict.Says, FailureCode.NotReady)
                : outcomes.OfType<Outcome.Restarted>().FirstOrDefault(outcome => outcome.Process.Id == id) is { } restarted ? restarted with { Process = verdict.Record }
                : outcomes.OfType<Outcome.OfProcess>().Any(outcome => outcome.Process.Id == id && outcome is Outcome.Started or Outcome.Waits)
                    ? new Outcome.Started(verdict.Record.Spec.Name, verdict.Record) { Ports = PortRef.Of(verdict.Record, state) }
                    : new Outcome.AlreadyRunning(verdict.Record.Spec.Name, verdict.Record) { Ports = PortRef.Of(verdict.Record, state) });
        return judged;
    }

    // What is needed of another project keeps its whole name.
    private string ShortName(ProcessRecord record) => ProcessName.ProjectOf(record.Spec.Name) == project ? ProcessName.Short(record.Spec.Name) : record.Spec.Name;
}
