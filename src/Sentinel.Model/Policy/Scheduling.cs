using Sentinel.Model.Specs;

namespace Sentinel.Model.Policy;

/// <summary>What becomes of a time of a schedule that has come.</summary>
/// <param name="Mark">How far it is then.</param>
/// <param name="Do">What is done.</param>
/// <param name="Slot">The time; null: it was queued.</param>
/// <param name="Why">Why the time is left out; null: it is not.</param>
public sealed record SlotDecision(ScheduleMark Mark, SlotAction Do, DateTimeOffset? Slot, string? Why = null);

public enum SlotAction
{
    None,
    Start,
    Replace,
}

/// <summary>Decides about schedules, from records and the clock alone.</summary>
public static class Scheduling
{
    /// <summary>So much later it still is on time: a daemon takes a moment to be replaced.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>A clock that is set by more is corrected, and one by less was moved, as by hand: what cron(8) makes of it.</summary>
    public static readonly TimeSpan LargestMove = TimeSpan.FromHours(3);

    /// <summary>Whether its times start it: unless somebody stopped it, or it is to be restarted after each end anyway.</summary>
    public static bool IsArmed(this ProcessRecord record) =>
        record.Spec.Schedule is not null && record.State is not (RunState.Stopped or RunState.Stopping { IsForGood: true } or RunState.Elsewhere);

    /// <summary>When it is to be started next; null: never, as far as is known.</summary>
    public static DateTimeOffset? Next(ProcessRecord record) => record is { Spec.Schedule: { } schedule, Schedule: { } mark } && record.IsArmed() && Slots.Next(schedule, mark.Last) is { } slot
        ? DueOf(record, slot) : null;

    /// <summary>When something is to be decided about it; null: not before it changes.</summary>
    public static DateTimeOffset? Due(ProcessRecord record) => !record.IsArmed() ? null
        : record.Schedule is null || (record.Schedule.IsQueued && !IsBusy(record)) ? DateTimeOffset.MinValue
        : Next(record);

    /// <summary>Null: there is nothing to do now.</summary>
    /// <param name="isMoved">Whether the clock has just been moved over these times.</param>
    public static SlotDecision? Decide(ProcessRecord record, DateTimeOffset now, bool isMoved = false)
    {
        if (record.Spec.Schedule is not { } schedule || !record.IsArmed())
            return null;
        if (record.Schedule is not { } mark)
            return new SlotDecision(new ScheduleMark(now), SlotAction.None, null);
        if (mark.IsQueued && !IsBusy(record))
            return new SlotDecision(Done(mark), SlotAction.Start, null);
        if (Slots.Next(schedule, mark.Last) is not { } first || DueOf(record, first) > now || Slots.Last(schedule, mark.Last, now) is not { } slot)
            return null;
        // The last one may be due only later.
        if (DueOf(record, slot) > now)
            slot = first;
        var done = Done(mark with { Last = schedule is { Every: not null, IsAligned: false } ? now : slot });
        if (IsBusy(record))
            return record.Spec.Overlap switch
            {
                Overlap.Queue => new SlotDecision(mark with { Last = slot, IsQueued = true }, SlotAction.None, slot),
                Overlap.Replace => new SlotDecision(done, SlotAction.Replace, slot),
                _ => LeftOut("it still runs"),
            };
        return now - DueOf(record, slot) <= Grace || isMoved || schedule is { Every: not null, IsAligned: false } || (schedule.RunsMissed && now - slot <= schedule.MissedWindow)
            ? new SlotDecision(done, SlotAction.Start, slot)
            : LeftOut(schedule.RunsMissed ? "it was missed too long ago" : "no daemon was there to start it, or the machine slept");

        SlotDecision LeftOut(string why) => new(mark with { Last = done.Last, Skipped = mark.Skipped + 1 }, SlotAction.None, slot, why);
    }

    /// <summary>How far it is once the clock was set.</summary>
    /// <param name="by">By how much; negative: back.</param>
    public static ScheduleMark AfterClockSet(Schedule schedule, ScheduleMark mark, DateTimeOffset now, TimeSpan by) =>
        schedule is { Every: not null, IsAligned: false } ? mark with { Last = mark.Last + by }
        : by.Duration() > LargestMove || (by < TimeSpan.Zero && !Slots.IsByTheClock(schedule)) ? mark with { Last = now }
        : mark;

    private static DateTimeOffset DueOf(ProcessRecord record, DateTimeOffset slot) => slot + Slots.JitterOf(record.Spec.Schedule!, record.Cookie, slot);

    private static bool IsBusy(ProcessRecord record) => record.State.IsUnderWay || record.State is RunState.Backoff or RunState.Waiting or RunState.Exited { Left: not null };

    private static ScheduleMark Done(ScheduleMark mark) => mark with { IsQueued = false, Skipped = 0 };
}
