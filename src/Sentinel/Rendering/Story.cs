using Sentinel.Core.Diagnosis;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>What happened to a process, and what will happen.</summary>
/// <param name="Runs">The last runs that ended, the latest first.</param>
/// <param name="Ends">How many runs ended, as far as is known.</param>
/// <param name="Since">How far back that is known; null: not at all.</param>
/// <param name="IsWatched">Whether a daemon will do what is due.</param>
/// <param name="Emptied">Its logs that were emptied in its last run.</param>
internal sealed record Story(
    ProcessRecord Record, IReadOnlyList<Story.Run> Runs, int Ends, DateTimeOffset? Since, bool IsWatched, IReadOnlyList<EmptiedLog> Emptied)
{
    /// <param name="Stderr">The last lines that it wrote there.</param>
    /// <param name="IsKept">Whether its log still reaches back that far.</param>
    public sealed record Run(Event.Ended End, IReadOnlyList<string> Stderr, bool IsKept);

    /// <summary>What it has left running.</summary>
    public IReadOnlyList<LeftProcess> Left { get; init; } = [];

    public string Next => Record.State switch
    {
        RunState.Running { Handover: not null } => $"Its main process has ended, and {Text.Printable(Record.Spec.PidFile ?? "its pid file")} will name the one that takes its place.",
        RunState.Running { IsReady: false } run when Record.Spec.Readiness?.Probe is not null =>
            $"I{ProcessDetails.NotReady(Record, run, IsWatched)[1..]}.",
        RunState.Exited { Left: { } gone } when Left.Count == 0 =>
            $"It put itself into the background and left {Text.Printable(gone)}, which has ended since; 'sentinel start {Record.Id}' starts it.",
        RunState.Exited { Left: { } left } when Record.Spec.Restart != RestartRule.Never =>
            $"It put itself into the background and left {Text.Printable(left)}, so it is not restarted: what it left may be what serves. 'sentinel restart {Record.Id}' ends that and starts it again.",
        RunState.Running when Record.Spec.Restart == RestartRule.Never => $"When it ends by itself, it is not restarted ('sentinel set {Record.Id} --restart' changes that).",
        RunState.Running => WhenItEnds,
        RunState.Backoff { Due: var due } => (due > DateTimeOffset.UtcNow
            ? $"It will be restarted at {Text.Time(due)}, in {Text.ExactDuration(due - DateTimeOffset.UtcNow)}"
            : "It is due to be restarted") + (IsWatched ? "." : ", by the next 'sentinel list' or 'status': no daemon is running."),
        RunState.Failed { Why: var why } =>
            $"It was given up: {why}. 'sentinel start {Record.Id}' tries again; 'sentinel reset {Record.Id}' only forgets the failures.",
        RunState.Stopped when Record.LeaseOver is { } over =>
            $"It was ended because its lease is over: {over}. 'sentinel start {Record.Id}' starts it again, unless its owner has gone.",
        RunState.Stopped => $"It was stopped by the user and stays stopped until 'sentinel start {Record.Id}'.",
        RunState.Exited or RunState.Crashed => $"It is not restarted ('sentinel set {Record.Id} --restart' changes that); 'sentinel start {Record.Id}' starts it.",
        RunState.Elsewhere elsewhere => $"It is {elsewhere.Place}, and cannot be seen or touched from here.",
        RunState.Starting => "It is being started.",
        RunState.Stopping { IsForGood: false } => "It is being ended, and may then be started again.",
        _ => "It is being ended.",
    };

    public IEnumerable<string> Lines(Style style)
    {
        yield return $"{style.Paint(Record.Spec.Name, Color.Bold)} (id: {Record.Id}): "
            + $"{style.Paint(Record.State.Word, ProcessList.ColorOf(Record.State))} since {Text.Time(Record.State.Since)}"
            + (ProcessList.PidOf(Record.State) is { } pid ? $" (pid: {pid})" : "");
        foreach (var line in Text.Wrap($"  {Next}", style.Width, indent: 2))
            yield return line;
        if (Left.Count > 0)
            foreach (var line in Text.Wrap($"  {LeftOvers.Sentence(Record, Left)}", style.Width, indent: 2))
                yield return line;
        if (LeftOvers.Advice(Record, Left) is { } advice)
            foreach (var line in Text.Wrap($"  {advice}", style.Width, indent: 2))
                yield return line;
        yield return Since is not { } since ? "  Nothing is known of earlier runs."
            : Ends == 0 && Record.Restarts == 0 ? $"  It has not ended since {Text.Time(since)}."
            : $"  {Text.Count(Ends, "run", "runs")} ended since {Text.Time(since)}; restarted {Text.Count(Record.Restarts, "time", "times")}.";
        foreach (var line in Emptied.SelectMany(log => Text.Wrap($"  {ProcessDetails.Emptied(Record, log)}.", style.Width, indent: 2)))
            yield return line;
        foreach (var (end, stderr, isKept) in Runs)
        {
            yield return "";
            yield return $"{style.Paint(Text.Time(end.Time), Color.Dim)} {Events.What(end)}";
            if (!isKept)
                yield return "  (what it wrote to stderr is no longer kept)";
            else if (stderr.Count == 0)
                yield return "  (nothing on stderr)";
            foreach (var line in stderr)
                yield return $"  {style.Paint("|", Color.Dim)} {Text.Printable(line)}";
        }
    }

    private string WhenItEnds =>
        (Record.Spec.Restart == RestartRule.Always ? "When it ends by itself, it is restarted" : "When it fails, it is restarted")
        + (Record.Spec.RestartLimit is { } limit
            ? $", at most {limit.Restarts} times within {limit.Window.TotalSeconds:0.###} s ({Record.RecentRestarts.Count(restart => DateTimeOffset.UtcNow - restart < limit.Window)} so far)"
            : "")
        + (IsWatched ? "." : ", by the next 'sentinel list' or 'status': no daemon is running.");
}
