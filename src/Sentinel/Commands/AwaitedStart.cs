using System.CommandLine;
using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Commands;

/// <summary>Carries out a request about processes; waits until what it starts is ready, if that is asked for.</summary>
internal sealed class AwaitedStart
{
    private readonly Option<bool> _option = SharedOptions.Flag("--wait", "Wait until it is ready; on failure print the reason and its last output");

    public void AddTo(Command command) => command.Options.Add(_option);

    public bool Waits(ParseResult result) => result.GetValue(_option);

    /// <param name="which">Which of those that are registered it may start.</param>
    /// <returns>The outcomes, in which a start that failed is a failure, and the exit code.</returns>
    public (IReadOnlyList<Outcome> Outcomes, int ExitCode) Do(
        ParseResult result, Session session, Request request, Func<State, IEnumerable<ProcessRecord>> which, Func<int, string>? summary = null)
    {
        // To read the state takes time: only a wait, or a person who may be told what takes long, needs to know which they are.
        if (!Waits(result) && !SlowNote.IsWanted)
            return Report(session.Do(request));
        var state = session.Store.Read();
        var known = which(state).Select(record => record.Id).ToHashSet();
        using var note = SlowNote.For(now => now.Processes.Values.Where(record => IsAmong(record.Id)), OptionsOf(request));
        if (!Waits(result))
            return Report(session.Do(request));
        using var waiting = new ReadyWait(session, IsAmong);
        var (outcomes, exitCode) = Report([.. session.Do(request).Select(outcome => outcome switch
        {
            Outcome.Began began => Awaited(session, waiting, began),
            Outcome.Waits waits => UpWait.Until(session, waits),
            _ => outcome,
        })]);
        foreach (var failed in outcomes.OfType<Outcome.Failed>().Select(failure => failure.Process).OfType<ProcessRef>())
        {
            ReadyWait.ShowLastLines(session, failed.Id);
            ReadyWait.ShowLeft(session, failed.Id);
        }

        return (outcomes, exitCode);

        (IReadOnlyList<Outcome>, int) Report(IReadOnlyList<Outcome> outcomes) => (outcomes, session.Report(outcomes, summary));

        bool IsAmong(int id) => id >= state.FreeId || known.Contains(id);
    }

    private static StopOptions OptionsOf(Request request) => request switch
    {
        Request.Stop stop => stop.Options,
        Request.Restart restart => restart.Options,
        Request.Delete delete => delete.Options,
        _ => StopOptions.Default,
    };

    // Where nothing tells that it is ready, it has to live for a moment. Nothing is left to await: here, whatever takes time blocks.
    private static Outcome Awaited(Session session, ReadyWait waiting, Outcome.Began began) => waiting.Until(
        began.Process,
        serves: session.Store.Read().Processes.GetValueOrDefault(began.Process.Id)?.Spec is { Readiness: null, Health: null }).GetAwaiter().GetResult() ?? (Outcome)began;
}
