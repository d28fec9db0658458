namespace Sentinel.Core.Specs;

/// <summary>When a process that ended by itself is started again.</summary>
public enum RestartRule
{
    Never,
    Always,

    /// <summary>After anything but exit code 0.</summary>
    OnFailure,
}
