namespace Sentinel.Model.Policy;

/// <summary>What a health check came to.</summary>
public enum CheckResult
{
    Passed,
    Failed,
}

/// <summary>The words for it in the state and in metrics.</summary>
public static class CheckResults
{
    public static IReadOnlyList<CheckResult> All { get; } = Enum.GetValues<CheckResult>();

    public static string Word(this CheckResult result) => result == CheckResult.Passed ? "passed" : "failed";
}
