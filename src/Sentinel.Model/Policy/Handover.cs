using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>The end of a main process that another of its tree is to succeed; its pid file will name that successor.</summary>
/// <param name="Since">When it ended, or when that was noticed.</param>
/// <param name="How">How it ended.</param>
/// <param name="Witnessed">Whether somebody saw it end.</param>
/// <param name="PeakMemoryBytes">See <see cref="EndedRun"/>.</param>
public sealed record Handover(DateTimeOffset Since, Exit How, bool Witnessed, long? PeakMemoryBytes)
{
    /// <summary>A background program writes its pid file within a moment; a new gunicorn takes over a second after the old one.</summary>
    public static readonly TimeSpan SuccessorTimeout = TimeSpan.FromSeconds(10);

    // A process that may just as well have crashed gets only a short time.
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(2);

    public ProcessEvent.Ended End => new(How, Witnessed, PeakMemoryBytes);

    /// <summary>Whether a successor may come: not after a crash.</summary>
    public bool MayCome => How is Exit.Code { Value: 0 } or Exit.Unknown;

    /// <summary>How long a successor may take to come.</summary>
    public TimeSpan Time(ProcessSpec spec, bool isReady) =>
        How is Exit.Unknown && Witnessed ? Doubt
        : !isReady && spec.Readiness is { Timeout: var timeout } && timeout > SuccessorTimeout ? timeout
        : SuccessorTimeout;

    /// <summary>Whether none has come in time; also true if the clock was set back.</summary>
    public bool IsOver(ProcessSpec spec, bool isReady, DateTimeOffset now) => now < Since || now - Since >= Time(spec, isReady);
}
