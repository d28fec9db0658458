namespace Sentinel.Model.Specs;

/// <summary>When a process is started by itself: at the times of a crontab(5) expression, or so long after its last start.</summary>
public sealed record Schedule
{
    public static readonly TimeSpan DefaultMissedWindow = TimeSpan.FromDays(1);

    /// <summary>Five fields, six with seconds in front, or a word such as <c>@daily</c>; null: <see cref="Every"/> tells it.</summary>
    public string? Cron { get; init; }

    /// <summary>From start to start; null: <see cref="Cron"/> tells it.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Whether <see cref="Every"/> counts from midnight UTC, as 15m at :00, :15, :30 and :45, rather than from the last start.</summary>
    public bool IsAligned { get; init; }

    /// <summary>The IANA name of the time zone of <see cref="Cron"/>; null: that of the machine.</summary>
    public string? Zone { get; init; }

    /// <summary>Null: what is usual for it, see <see cref="ProcessSpec.Overlap"/>.</summary>
    public Overlap? Overlap { get; init; }

    /// <summary>Whether it is started once when a time was missed, because no daemon ran or the machine slept.</summary>
    public bool RunsMissed { get; init; }

    /// <summary>How long after a missed time it is still started for it.</summary>
    public TimeSpan MissedWindow { get; init; } = DefaultMissedWindow;

    /// <summary>It is started up to so much later, each time by another part of it, so that many do not begin at the same moment.</summary>
    public TimeSpan Jitter { get; init; }
}

/// <summary>What becomes of a time at which a process still runs.</summary>
public enum Overlap
{
    /// <summary>Nothing: that time is left out.</summary>
    Skip,

    /// <summary>It is started once more as soon as it has ended; once, however many times have come.</summary>
    Queue,

    /// <summary>What runs is stopped, and it is started again.</summary>
    Replace,
}

/// <summary>The words for it.</summary>
public static class Overlaps
{
    public static IReadOnlyList<string> Words { get; } = ["skip", "queue", "replace"];

    public static string Word(this Overlap overlap) => Words[(int)overlap];

    /// <summary>Null: it is none of them.</summary>
    public static Overlap? Parse(string word) => Words.ToList().IndexOf(word) is >= 0 and var at ? (Overlap)at : null;
}
