namespace Sentinel.Api;

/// <summary>Why something failed, for programs; see docs/json.md.</summary>
public enum FailureCode
{
    /// <summary>What was asked for cannot be done as things are.</summary>
    Refused,

    /// <summary>Nothing has that name, id or number.</summary>
    NotFound,

    /// <summary>Something has that name already.</summary>
    NameTaken,

    /// <summary>What has that name is not as asked for.</summary>
    Different,

    /// <summary>It is not running.</summary>
    NotRunning,

    /// <summary>A port is in use, or leased by another.</summary>
    PortHeld,

    /// <summary>Its lease is over.</summary>
    LeaseOver,

    /// <summary>Another command works on it, or has changed it meanwhile.</summary>
    Busy,

    /// <summary>It runs in another pid namespace.</summary>
    Elsewhere,

    /// <summary>The program cannot be executed as it was asked for.</summary>
    NotStarted,

    /// <summary>Something of it lives on.</summary>
    NotStopped,

    /// <summary>It was not ready in time, or is unhealthy.</summary>
    NotReady,

    /// <summary>The message cannot be understood.</summary>
    NotUnderstood,

    /// <summary>The message is of a version of the protocol that the daemon does not speak; <c>hello</c> tells which it does.</summary>
    OtherProtocol,

    /// <summary>Sentinel or the machine failed: the request itself may be right.</summary>
    Fault,
}

/// <summary>The words for it.</summary>
public static class FailureCodes
{
    public static string Word(this FailureCode code) => code switch
    {
        FailureCode.NotFound => "not-found",
        FailureCode.NameTaken => "name-taken",
        FailureCode.Different => "different",
        FailureCode.NotRunning => "not-running",
        FailureCode.PortHeld => "port-held",
        FailureCode.LeaseOver => "lease-over",
        FailureCode.Busy => "busy",
        FailureCode.Elsewhere => "elsewhere",
        FailureCode.NotStarted => "not-started",
        FailureCode.NotStopped => "not-stopped",
        FailureCode.NotReady => "not-ready",
        FailureCode.NotUnderstood => "not-understood",
        FailureCode.OtherProtocol => "other-protocol",
        FailureCode.Fault => "fault",
        _ => "refused",
    };

    /// <summary>A word that another version knows and this one does not is a refusal.</summary>
    public static FailureCode Parse(string? word) => Enum.GetValues<FailureCode>().FirstOrDefault(code => code.Word() == word);
}
