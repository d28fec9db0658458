using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>What <c>why</c> prints.</summary>
internal sealed record WhyJson(int SchemaVersion, IReadOnlyList<StoryJson> Processes, IReadOnlyList<string> Warnings)
{
    public static StoryJson From(Story story) => new(
        story.Process.Id,
        story.Process.Name,
        story.Process.State,
        story.Process.Since,
        story.Next,
        story.Process.RestartDue,
        story.Process.Restarts,
        story.Ends,
        story.KnownSince,
        [.. story.Runs.Select(run => new RunJson(
            RunInfo.From(run.End.Run),
            Math.Round((run.End.Run.EndedAt - run.End.Run.StartedAt).TotalSeconds, 3),
            run.End.ByUser,
            run.IsKept ? run.Stderr : null))]);
}

internal sealed record StoryJson(
    int Id,
    string Name,
    string State,
    DateTimeOffset Since,
    string Next,
    DateTimeOffset? RestartDue,
    int Restarts,
    int EndedRuns,
    DateTimeOffset? KnownSince,
    IReadOnlyList<RunJson> LastRuns);

internal sealed record RunJson(RunInfo Run, double LivedSeconds, bool StoppedByUser, IReadOnlyList<string>? StderrLines);
