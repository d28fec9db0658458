using Sentinel.Model.Policy;

namespace Sentinel.Api;

/// <summary>Which files a process depends on, and what came of it.</summary>
/// <param name="Then">As <c>--watch-then</c> takes it.</param>
/// <param name="UsesGitignore">Whether .gitignore and .ignore say what does not count.</param>
/// <param name="Changed">The last change for which something was done; null: there was none.</param>
/// <param name="Trouble">Why they are not watched as they should be; null: they are, as far as is known.</param>
public sealed record WatchInfo(
    IReadOnlyList<string> Paths, IReadOnlyList<string> Ignore, string Then, bool UsesGitignore, FileChangeInfo? Changed, string? Trouble)
{
    /// <summary>Null: it depends on none.</summary>
    public static WatchInfo? From(ProcessRecord record) => record.Spec.Watch is not { } rule ? null : new(
        rule.Paths,
        rule.Ignore,
        rule.Then.ToString(),
        rule.UsesGitignore,
        record.Changed is { } change ? new FileChangeInfo(change.Path, change.More, change.At, change == record.RestartedFor) : null,
        record.WatchTrouble?.ToString());
}

/// <param name="Path">A file that changed, relative to the working directory if it is below that.</param>
/// <param name="More">How many more changed.</param>
/// <param name="IsOfThisRun">Whether the current run began for it.</param>
public sealed record FileChangeInfo(string Path, int More, DateTimeOffset At, bool IsOfThisRun)
{
    /// <summary>The files, in words.</summary>
    public string Files => FileChange.Words(Path, More);
}
