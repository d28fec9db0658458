namespace Sentinel.Model.Policy;

/// <summary>Files that a process depends on have changed, and something was done for it.</summary>
/// <param name="Path">One of them: relative to the working directory if it is below that, otherwise absolute.</param>
/// <param name="More">How many more there were.</param>
/// <param name="Then">What was done, as <c>--watch-then</c> takes it.</param>
/// <param name="Run">The number of the run that began for it; null: none did.</param>
public sealed record FileChange(string Path, int More, DateTimeOffset At, string Then, int? Run = null)
{
    /// <summary>The files, in words.</summary>
    public string Files => Words(Path, More);

    public static string Words(string path, int more) => more == 0 ? path : $"{path} and {more} more";
}
