namespace Sentinel.Model.Specs;

/// <summary>What a process reads from.</summary>
public enum StandardInput
{
    /// <summary>/dev/null.</summary>
    Null,

    /// <summary>A pipe that stays open; <c>send</c> writes to it.</summary>
    Open,

    /// <summary>A pseudo-terminal, to which it also writes; <c>attach</c> connects to it.</summary>
    Terminal,
}
