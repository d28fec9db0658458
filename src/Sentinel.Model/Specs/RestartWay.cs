namespace Sentinel.Model.Specs;

/// <summary>In which order processes that are restarted end and start.</summary>
public enum RestartWay
{
    /// <summary>All end, and then all start.</summary>
    Together,

    /// <summary>One at a time, each when the last is ready.</summary>
    Rolling,

    /// <summary>One at a time; each is started anew beside its current run, which ends when the new one is ready.</summary>
    NoGap,
}
