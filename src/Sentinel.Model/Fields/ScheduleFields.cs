using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>When a process is started by itself.</summary>
internal static class ScheduleFields
{
    private const string Once = "once", Skip = "skip", Times = "schedule";

    private static readonly TimeSpan LeastEvery = TimeSpan.FromSeconds(1), MostEvery = TimeSpan.FromDays(366);

    public static readonly SpecField[] All =
    [
        new("cron", FieldShape.Text, "expression", "Start it at these times, as in crontab(5): '30 2 * * *', @daily; with --restart always it runs anyway, and is restarted then")
        {
            Heading = "Schedule",
            Get = spec => FieldTexts.Of(spec.Schedule?.Cron),
            Set = (spec, value) => With(spec, value, schedule => Cron(value.Filled("an expression")) is { } cron ? schedule with { Cron = cron, Every = null, IsAligned = false } : schedule with { Cron = null }),
            Choice = Times,
            IsAtOnce = SpecField.Always,
        },
        new("every", FieldShape.Text, "time", "Start it so long after its last start: 90s, 30m, 12h")
        {
            Get = spec => FieldTexts.Of(spec.Schedule?.Every is { } every ? Duration.Words(every) : null),
            Set = (spec, value) => With(spec, value, schedule => Every(value) is { } every ? schedule with { Every = every, Cron = null, Zone = null, RunsMissed = false } : schedule with { Every = null }),
            Choice = Times,
            IsAtOnce = SpecField.Always,
        },
        new("align", FieldShape.Flag, "", "Count --every from midnight UTC: 15m at :00, :15, :30 and :45")
        {
            Get = spec => FieldTexts.Of(spec.Schedule?.IsAligned == true),
            Set = (spec, value) => With(spec, value, schedule => schedule with { IsAligned = value.Flag }),
            Needs = "every",
            IsAtOnce = SpecField.Always,
        },
        new("zone", FieldShape.Text, "zone", "Time zone of --cron: Europe/Berlin, UTC [default: the machine's]")
        {
            Get = spec => FieldTexts.Of(spec.Schedule?.Zone),
            Set = (spec, value) => With(spec, value, schedule => schedule with { Zone = Zone(value.Filled("a time zone")) }),
            Needs = "cron",
            IsAtOnce = SpecField.Always,
        },
        new("overlap", FieldShape.Text, "skip|queue|replace",
            "When it still runs at its time: skip that time, run it once more afterwards, or stop it and start it again [default: skip; replace with --restart always]")
        {
            Get = spec => FieldTexts.Of(spec.Schedule?.Overlap?.Word()),
            Set = (spec, value) => With(spec, value, schedule => schedule with
            {
                Overlap = value.Text is { } word ? Overlaps.Parse(word) ?? throw new FormatException($"--overlap takes skip, queue or replace, not '{word}'") : null,
            }),
            Words = Overlaps.Words,
            IsAtOnce = SpecField.Always,
        },
        new("missed", FieldShape.Text, "skip|once", "When its time passed without a daemon, or while the machine slept: skip it, or run it once [default: skip]")
        {
            Get = spec => FieldTexts.Of(spec.Schedule?.RunsMissed == true ? Once : null),
            Set = (spec, value) => With(spec, value, schedule => schedule with
            {
                RunsMissed = value.Text switch { null or Skip => false, Once => true, var word => throw new FormatException($"--missed takes skip or once, not '{word}'") },
            }),
            Words = [Skip, Once],
            Needs = "cron",
            IsAtOnce = SpecField.Always,
        },
        new("missed-window", FieldShape.Text, "time", "Run it once for a time that was missed no longer ago than this [default: 1d]")
        {
            Get = spec => spec.Schedule is { } schedule ? FieldTexts.Unless(schedule.MissedWindow, Schedule.DefaultMissedWindow, window => [Duration.Words(window)]) : [],
            Set = (spec, value) => With(spec, value, schedule => schedule with { MissedWindow = Time(value) ?? Schedule.DefaultMissedWindow }),
            Needs = "missed",
            IsAtOnce = SpecField.Always,
        },
        new("jitter", FieldShape.Text, "time", "Start it up to so much later than its time, each time by another part of it")
        {
            Get = spec => spec.Schedule is { } schedule ? FieldTexts.Unless(schedule.Jitter, TimeSpan.Zero, jitter => [Duration.Words(jitter)]) : [],
            Set = (spec, value) => With(spec, value, schedule => schedule with { Jitter = Time(value) ?? TimeSpan.Zero }),
            IsAtOnce = SpecField.Always,
        },
    ];

    // What says when is given first; without any of that, there is no schedule.
    private static ProcessSpec With(ProcessSpec spec, FieldValue value, Func<Schedule, Schedule> change)
    {
        var schedule = change(spec.Schedule ?? new Schedule());
        return schedule is not { Cron: null, Every: null } ? spec with { Schedule = schedule }
            : !value.IsGiven ? spec with { Schedule = null }
            : throw new FormatException($"--{value.Key} needs --cron or --every");
    }

    private static string? Cron(string? text)
    {
        if (text is not null)
            Slots.Check(text);
        return text;
    }

    private static TimeSpan? Every(FieldValue value) => Time(value) is not { } every ? null
        : every >= LeastEvery && every <= MostEvery ? every
        : throw new FormatException($"--{value.Key} takes a time from 1s to 366d, not '{value.Text}'");

    private static TimeSpan? Time(FieldValue value) => value.Text is not { } text ? null
        : Duration.Parse(text) ?? throw new FormatException($"--{value.Key} takes a time such as 90s, 30m or 12h, not '{text}'");

    private static string? Zone(string? name)
    {
        if (name is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out _))
            throw new FormatException($"--zone takes a name such as Europe/Berlin or UTC, and '{name}' is none that this machine knows; the package tzdata has them");
        return name;
    }
}
