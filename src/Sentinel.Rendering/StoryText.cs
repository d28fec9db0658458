using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Says what happened to a process, and what will happen.</summary>
internal static class StoryText
{
    extension(Story story)
    {
        public string Next => story.Process switch
        {
            { HandsOver: true } => $"Its main process has ended, and {Text.Printable(story.Process.PidFile ?? "its pid file")} will name the one that takes its place.",
            { IsUnready: true, Readiness: { By: not null } or { Why: not null } } => $"I{ProcessDetails.NotReady(story.Process, story.IsWatched)[1..]}.",
            { InBackground: { } gone, LeftOver.Count: 0 } =>
                $"It put itself into the background and left {Text.Printable(gone)}, which has ended since; 'sentinel start {story.Name}' starts it.",
            { InBackground: { } left } when story.Rule != RestartRule.Never =>
                $"It put itself into the background and left {Text.Printable(left)}, so it is not restarted: what it left may be what serves. 'sentinel restart {story.Name}' ends that and starts it again.",
            { Beside.Is: OtherRun.Starting } => "A new run is starting beside it: when that is ready it takes its place, and if it fails this one goes on.",
            { IsUp: true } when story.Rule == RestartRule.Never =>
                $"When it ends by itself, it is not restarted ('sentinel set {story.Name} --restart' changes that).",
            { IsUp: true } => story.WhenItEnds,
            { RestartDue: { } due } => (due > DateTimeOffset.UtcNow
                ? $"It will be restarted at {Text.Time(due)}, in {Text.ExactDuration(due - DateTimeOffset.UtcNow)}"
                : "It is due to be restarted") + (story.IsWatched ? "." : ", by the next 'sentinel list' or 'status': no daemon is running."),
            { State: "waiting", WaitsFor: var waits } when waits.Any(needed => needed.IsInVain) =>
                $"It waits, and {string.Join(", ", waits.Where(needed => needed.IsInVain).Select(needed => Text.Printable(needed.Name)).Distinct())} will not be {waits.First(needed => needed.IsInVain).Until} "
                + $"by itself; 'sentinel start {story.Name} --no-deps' starts it all the same.",
            { State: "waiting" } => $"It is started as soon as that is so{(story.IsWatched ? "." : ", by the next 'sentinel list' or 'status': no daemon is running.")}",
            { State: RunState.Listening } => $"Who connects to its socket starts it{(story.IsWatched ? "" : ", if a daemon runs then: none does")}; 'sentinel stop {story.Name}' closes the socket.",
            { NextStart: { } next, IsUp: false } => $"Its schedule starts it at {Text.Time(next)}, in {Text.ExactDuration(next - DateTimeOffset.UtcNow)}"
                + (story.IsWatched ? "" : ", if a daemon runs then: none does") + $"; 'sentinel trigger {story.Name}' starts it now, 'sentinel stop {story.Name}' ends its schedule.",
            { State: "done" } => $"It has done its work; 'sentinel start {story.Name}' runs it again.",
            { FailedBecause: { } why } =>
                $"It was given up: {why}. 'sentinel start {story.Name}' tries again; 'sentinel reset {story.Name}' only forgets the failures.",
            { State: "stopped", LeaseEnded: not null } =>
                $"'sentinel start {story.Name}' starts it again, unless its owner has gone.",
            { State: "stopped" } => $"It stays stopped until 'sentinel start {story.Name}'.",
            { State: "exited" or "crashed" } => $"It is not restarted ('sentinel set {story.Name} --restart' changes that); 'sentinel start {story.Name}' starts it.",
            { Elsewhere: { } elsewhere } => $"It is {elsewhere.Place}, and cannot be seen or touched from here.",
            { State: "starting" } => "It is being started.",
            { StoppingBecause: not null } or { ThenStarts: true } => "It is being ended, and may then be started again.",
            _ => "It is being ended.",
        };

        public IEnumerable<string> Lines(Style style)
        {
            foreach (var line in Text.Wrap(
                $"{style.Paint(story.Process.Name, Color.Bold)} (id: {story.Process.Id}): "
                + $"{style.Paint(story.Process.State, ProcessStatus.ColorOf(story.Process.State))} since {Text.Time(story.Process.Since)}"
                + (story.Process.Pid is { } pid ? $" (pid: {pid})" : story.Lived is { } lived ? $", after {Text.ExactDuration(lived)}" : "")
                + (story.Cause is { } cause ? $": {Text.Printable(cause)}" : ""),
                style.Width,
                indent: 2))
                yield return line;
            if (story.Said is { } said)
                foreach (var line in Text.Wrap($"  {Text.Printable(said.Text)}{(said.Stream == LogStream.Stdout ? style.Paint(" (on stdout)", Color.Dim) : "")}", style.Width, indent: 2))
                    yield return line;
            foreach (var line in PresentText.Lines(story, DateTimeOffset.UtcNow, style).Append(story.Next).SelectMany(line => Text.Wrap($"  {line}", style.Width, indent: 2)))
                yield return line;
            if (story.Process.LeftOver.Count > 0)
                foreach (var line in Text.Wrap($"  {LeftOvers.Sentence(story.Process)}", style.Width, indent: 2))
                    yield return line;
            if (LeftOvers.Advice(story.Process) is { } advice)
                foreach (var line in Text.Wrap($"  {advice}", style.Width, indent: 2))
                    yield return line;
            yield return story.KnownSince is not { } since ? "  Nothing is known of earlier runs."
                : story.Ends == 0 && story.Process.Restarts == 0 ? $"  It has not ended since {Text.Time(since)}."
                : $"  {Text.Count(story.Ends, "run", "runs")} ended since {Text.Time(since)}; restarted {Text.Count(story.Process.Restarts, "time", "times")}.";
            foreach (var line in (story.Process.EmptiedLogs ?? []).SelectMany(log => Text.Wrap($"  {ProcessDetails.Emptied(story.Process, log)}.", style.Width, indent: 2)))
                yield return line;
            foreach (var run in story.Runs)
            {
                yield return "";
                yield return $"{style.Paint(Text.Time(run.End.Time), Color.Dim)} {Events.What(run.End)}";
                if (!run.IsKept)
                    yield return "  (what it wrote to stderr is no longer kept)";
                else if (run.Stderr.Count == 0)
                    yield return run.Stdout.Count > 0 ? "  (nothing on stderr; on stdout)" : "  (it wrote nothing)";
                foreach (var line in run.IsKept && run.Stderr.Count == 0 ? run.Stdout : run.Stderr)
                    yield return $"  {style.Paint("|", Color.Dim)} {Text.Printable(line)}";
            }
        }

        private string Name => Text.Argument(story.Process.Name);

        // Only of the last run, and if somebody saw it end.
        private TimeSpan? Lived =>
            story.Cause is not null && story.Runs is [{ End.Run: { Witnessed: true, Pid: not null } last }, ..] ? last.EndedAt - last.StartedAt : null;

        private RestartRule? Rule => RestartRules.Parse(story.Process.Restart);

        private string WhenItEnds =>
            (story.Rule == RestartRule.Always ? "When it ends by itself, it is restarted" : "When it fails, it is restarted")
            + (story.Process.MaxRestarts is { } most
                ? $", at most {most} times within {story.Process.RestartWindowSeconds:0.###} s ({story.Process.RestartsInWindow} so far)"
                : "")
            + (story.IsWatched ? "." : ", by the next 'sentinel list' or 'status': no daemon is running.");
    }
}
