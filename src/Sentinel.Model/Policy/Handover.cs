using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>The end of a main process that is to be followed by another of its tree, which its pid file is to name.</summary>
/// <param name="Since">When it ended, or that was noticed.</param>
/// <param name="How">How it ended.</param>
/// <param name="Witnessed">Whether somebody was there at its end.</param>
/// <param name="PeakMemoryBytes">See <see cref="EndedRun"/>.</param>
public sealed record Handover(DateTimeOffset Since, Exit How, bool Witnessed, long? PeakMemoryBytes)
{
    /// <summary>What goes into the background writes its pid file in a moment, and a new gunicorn takes over a second after the old one.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What may as well have crashed is not left alone for long.
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(2);

    public ProcessEvent.Ended End => new(How, Witnessed, PeakMemoryBytes);

    /// <summary>Whether another may come: not after a crash.</summary>
    public bool MayCome => How is Exit.Code { Value: 0 } or Exit.Unknown;

    /// <summary>How long another may take to come.</summary>
    public TimeSpan Time(ProcessSpec spec, bool isReady) =>
        How is Exit.Unknown && Witnessed ? Doubt
        : !isReady && spec.Readiness is { Timeout: var timeout } && timeout > Patience ? timeout
        : Patience;

    /// <summary>Whether none has come in time; so it is when the clock was set back.</summary>
    public bool IsOver(ProcessSpec spec, bool isReady, DateTimeOffset now) => now < Since || now - Since >= Time(spec, isReady);
}
