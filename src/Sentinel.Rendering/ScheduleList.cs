using System.Globalization;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>A process with a schedule.</summary>
/// <param name="Times">When it is started next; empty: somebody stopped it, or its times are over.</param>
internal sealed record ScheduleLine(ProcessRecord Record, IReadOnlyList<DateTimeOffset> Times);

/// <summary>Schedules as <c>cron list</c> shows them.</summary>
internal static class ScheduleList
{
    private static readonly Column[] Columns =
    [
        new("NAME", Fair: 16, Least: 8),
        new("SCHEDULE", Fair: 20, Least: 9, Keep: 2),
        new("STATE", Keep: 3),
        new("LAST RUN", Fair: 30, Least: 12, Keep: 1),
        new("NEXT", Fair: 40, Least: 16),
    ];

    public static IEnumerable<string> Lines(IReadOnlyList<ScheduleLine> all, Style style)
    {
        if (all.Count == 0)
            return ["No schedules: 'sentinel run --cron' and '--every' make them"];
        var table = new Table(Columns);
        foreach (var (record, times) in all)
            table.Add([
                record.Spec.Name,
                Words(record.Spec.Schedule!),
                new Cell(record.Word, ProcessStatus.ColorOf(record.Word)),
                Last(record),
                times.Count > 0 ? string.Join(", ", times.Select((time, i) => Moment(time, record.Spec.Schedule!, i == 0 ? null : times[i - 1]))) : "-",
            ]);
        return table.Lines(style);
    }

    public static void Write(Utf8JsonWriter json, ScheduleLine schedule)
    {
        var (record, times) = schedule;
        json.WriteStartObject();
        json.WriteNumber("id", record.Id);
        json.WriteString("name", record.Spec.Name);
        json.WriteString("state", record.Word);
        json.WriteOrNull("cron", record.Spec.Schedule!.Cron);
        json.WriteOrNull("everySeconds", record.Spec.Schedule.Every?.TotalSeconds);
        json.WriteString("zone", Slots.ZoneOf(record.Spec.Schedule).Id);
        json.WriteArray("next", times, json.WriteStringValue);
        json.WriteNumber("skipped", record.Schedule?.Skipped ?? 0);
        json.WriteOrNull("lastStartedAt", record.LastRun?.StartedAt);
        json.WriteOrNull("lastSeconds", record.LastRun is { } run ? (run.EndedAt - run.StartedAt).TotalSeconds : null);
        json.WriteOrNull("lastEnd", record.LastRun?.How.ToString());
        json.WriteEndObject();
    }

    private static string Words(Schedule schedule) => schedule.Cron is { } cron ? $"{cron}{(schedule.Zone is { } zone ? $" {zone}" : "")}" : $"every {Duration.Words(schedule.Every!.Value)}";

    private static string Last(ProcessRecord record) => (record.LastRun is not { } run ? "none yet"
        : $"{Text.Time(run.StartedAt)}, {run.How}{(run.Witnessed ? $" after {Text.ExactDuration(run.EndedAt - run.StartedAt)}" : "")}")
        + (record.Schedule is { Skipped: > 0 and var skipped } ? $"; {Text.Count(skipped, "time", "times")} skipped since" : "");

    // The day once, and the time of the zone that the schedule is in.
    private static string Moment(DateTimeOffset time, Schedule schedule, DateTimeOffset? before)
    {
        var zone = Slots.ZoneOf(schedule);
        var there = TimeZoneInfo.ConvertTime(time, zone);
        var isSameDay = before is { } earlier && TimeZoneInfo.ConvertTime(earlier, zone).Date == there.Date;
        return there.ToString((isSameDay ? "" : "yyyy-MM-dd ") + (there.Second == 0 ? "HH:mm" : "HH:mm:ss") + (isSameDay ? "" : " zzz"), CultureInfo.InvariantCulture);
    }
}
