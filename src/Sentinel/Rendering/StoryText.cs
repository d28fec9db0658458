using Sentinel.Core.Queries;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Says what happened to a process, and what will happen.</summary>
internal static class StoryText
{
    extension(Story story)
    {
        public string Next => story.Record.State switch
        {
            RunState.Running { Handover: not null } => $"Its main process has ended, and {Text.Printable(story.Record.Spec.PidFile ?? "its pid file")} will name the one that takes its place.",
            RunState.Running { IsReady: false } run when story.Record.Spec.Readiness?.Probe is not null =>
                $"I{ProcessDetails.NotReady(story.Record, run, story.IsWatched)[1..]}.",
            RunState.Exited { Left: { } gone } when story.Left.Count == 0 =>
                $"It put itself into the background and left {Text.Printable(gone)}, which has ended since; 'sentinel start {story.Record.Id}' starts it.",
            RunState.Exited { Left: { } left } when story.Record.Spec.Restart != RestartRule.Never =>
                $"It put itself into the background and left {Text.Printable(left)}, so it is not restarted: what it left may be what serves. 'sentinel restart {story.Record.Id}' ends that and starts it again.",
            RunState.Running when story.Record.Spec.Restart == RestartRule.Never => $"When it ends by itself, it is not restarted ('sentinel set {story.Record.Id} --restart' changes that).",
            RunState.Running => story.WhenItEnds,
            RunState.Backoff { Due: var due } => (due > DateTimeOffset.UtcNow
                ? $"It will be restarted at {Text.Time(due)}, in {Text.ExactDuration(due - DateTimeOffset.UtcNow)}"
                : "It is due to be restarted") + (story.IsWatched ? "." : ", by the next 'sentinel list' or 'status': no daemon is running."),
            RunState.Failed { Why: var why } =>
                $"It was given up: {why}. 'sentinel start {story.Record.Id}' tries again; 'sentinel reset {story.Record.Id}' only forgets the failures.",
            RunState.Stopped when story.Record.LeaseOver is { } over =>
                $"It was ended because its lease is over: {over}. 'sentinel start {story.Record.Id}' starts it again, unless its owner has gone.",
            RunState.Stopped => $"It was stopped by the user and stays stopped until 'sentinel start {story.Record.Id}'.",
            RunState.Exited or RunState.Crashed => $"It is not restarted ('sentinel set {story.Record.Id} --restart' changes that); 'sentinel start {story.Record.Id}' starts it.",
            RunState.Elsewhere elsewhere => $"It is {elsewhere.Place}, and cannot be seen or touched from here.",
            RunState.Starting => "It is being started.",
            RunState.Stopping { IsForGood: false } => "It is being ended, and may then be started again.",
            _ => "It is being ended.",
        };

        public IEnumerable<string> Lines(Style style)
        {
            yield return $"{style.Paint(story.Record.Spec.Name, Color.Bold)} (id: {story.Record.Id}): "
                + $"{style.Paint(story.Record.State.Word, ProcessList.ColorOf(story.Record.State))} since {Text.Time(story.Record.State.Since)}"
                + (ProcessList.PidOf(story.Record.State) is { } pid ? $" (pid: {pid})" : "");
            foreach (var line in Text.Wrap($"  {story.Next}", style.Width, indent: 2))
                yield return line;
            if (story.Left.Count > 0)
                foreach (var line in Text.Wrap($"  {LeftOvers.Sentence(story.Record, story.Left)}", style.Width, indent: 2))
                    yield return line;
            if (LeftOvers.Advice(story.Record, story.Left) is { } advice)
                foreach (var line in Text.Wrap($"  {advice}", style.Width, indent: 2))
                    yield return line;
            yield return story.Since is not { } since ? "  Nothing is known of earlier runs."
                : story.Ends == 0 && story.Record.Restarts == 0 ? $"  It has not ended since {Text.Time(since)}."
                : $"  {Text.Count(story.Ends, "run", "runs")} ended since {Text.Time(since)}; restarted {Text.Count(story.Record.Restarts, "time", "times")}.";
            foreach (var line in story.Emptied.SelectMany(log => Text.Wrap($"  {ProcessDetails.Emptied(story.Record, log)}.", style.Width, indent: 2)))
                yield return line;
            foreach (var (end, stderr, isKept) in story.Runs)
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
            (story.Record.Spec.Restart == RestartRule.Always ? "When it ends by itself, it is restarted" : "When it fails, it is restarted")
            + (story.Record.Spec.RestartLimit is { } limit
                ? $", at most {limit.Restarts} times within {limit.Window.TotalSeconds:0.###} s ({story.Record.RecentRestarts.Count(restart => DateTimeOffset.UtcNow - restart < limit.Window)} so far)"
                : "")
            + (story.IsWatched ? "." : ", by the next 'sentinel list' or 'status': no daemon is running.");
    }
}
