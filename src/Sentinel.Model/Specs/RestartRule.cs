namespace Sentinel.Model.Specs;

/// <summary>When a process that ended by itself is restarted.</summary>
public enum RestartRule
{
    Never,
    Always,

    /// <summary>After anything but exit code 0.</summary>
    OnFailure,
}

/// <summary>The words for it in the state and in all machine-readable output.</summary>
public static class RestartRules
{
    public static string Word(this RestartRule rule) => rule switch
    {
        RestartRule.Always => "always",
        RestartRule.OnFailure => "on-failure",
        _ => "no",
    };

    /// <summary>Null when there is no such rule.</summary>
    public static RestartRule? Parse(string word) => word switch
    {
        "no" => RestartRule.Never,
        "always" => RestartRule.Always,
        "on-failure" => RestartRule.OnFailure,
        _ => null,
    };
}
