using System.Collections.Concurrent;
using Cronos;

namespace Sentinel.Model.Specs;

/// <summary>The times of a schedule. A pure function of it, but for the machine's own time zone.</summary>
public static class Slots
{
    private const int FieldsWithSeconds = 6, FieldsWithoutSeconds = 5;

    private static readonly ConcurrentDictionary<string, CronExpression[]> Read = [];

    /// <summary>
    /// The first time after another. A time of the clock that a change to summer time leaves out is the first moment after the gap, and one that comes
    /// twice in autumn is the first of the two; hours and minutes with <c>*</c>, steps or ranges go by real time.
    /// </summary>
    /// <returns>Null: there is none any more.</returns>
    public static DateTimeOffset? Next(Schedule schedule, DateTimeOffset after)
    {
        if (schedule.Every is { } every)
            return schedule.IsAligned ? new DateTimeOffset(((after.UtcTicks / every.Ticks) + 1) * every.Ticks, TimeSpan.Zero) : after + every;
        var zone = ZoneOf(schedule);
        var next = Expressions(schedule.Cron!).Select(expression => expression.GetNextOccurrence(after, zone)).OfType<DateTimeOffset>().DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        return next == DateTimeOffset.MaxValue ? null : next;
    }

    /// <summary>The last time of those after one moment and up to another; null: there is none.</summary>
    public static DateTimeOffset? Last(Schedule schedule, DateTimeOffset after, DateTimeOffset upTo)
    {
        if (schedule is { Every: { } every, IsAligned: false })
            return after + every <= upTo ? after + every : null;
        // Times may be seconds or years apart: those that are closest are looked through first.
        for (var back = TimeSpan.FromMinutes(2); ; back *= 60)
        {
            var from = upTo - after > back ? upTo - back : after;
            if (Next(schedule, from) is { } found && found <= upTo)
            {
                while (Next(schedule, found) is { } later && later <= upTo)
                    found = later;
                return found;
            }

            if (from == after)
                return null;
        }
    }

    /// <summary>How much later than a time it is started; the same for the same time.</summary>
    /// <param name="seed">Differs from process to process.</param>
    public static TimeSpan JitterOf(Schedule schedule, string seed, DateTimeOffset slot)
    {
        if (schedule.Jitter == TimeSpan.Zero)
            return TimeSpan.Zero;
        var hash = 14695981039346656037UL;
        foreach (var sign in $"{seed} {slot.UtcTicks}")
            hash = (hash ^ sign) * 1099511628211UL;
        return schedule.Jitter * ((hash >> 11) / (double)(1UL << 53));
    }

    /// <summary>Whether it names times of the clock, such as 2:30, rather than going by how much time passes.</summary>
    public static bool IsByTheClock(Schedule schedule)
    {
        if (schedule.Cron is not { } cron)
            return false;
        if (cron.StartsWith('@'))
            return cron is not ("@hourly" or "@every_minute" or "@every_second");
        return !cron.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^3].Any(field => field.AsSpan().ContainsAny('*', '/', '-'));
    }

    /// <summary>The zone in which its times are.</summary>
    public static TimeZoneInfo ZoneOf(Schedule schedule) => schedule.Zone is { } name ? TimeZoneInfo.FindSystemTimeZoneById(name) : TimeZoneInfo.Local;

    /// <exception cref="FormatException">It is no expression; the message says why.</exception>
    public static void Check(string cron)
    {
        try
        {
            if (Expressions(cron).All(expression => expression.GetNextOccurrence(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null))
                throw new FormatException($"'{cron}' is never: there is no such day");
        }
        catch (CronFormatException e)
        {
            throw new FormatException(cron.StartsWith("@reboot", StringComparison.OrdinalIgnoreCase)
                ? "@reboot is no time; 'sentinel startup' starts processes when the machine does"
                : $"'{cron}' is no crontab expression: {WhyOf(e)}; it has 5 fields, as '30 2 * * *' for 2:30 each day, 6 with seconds in front, or is @hourly, @daily, @weekly, @monthly or @yearly");
        }
    }

    // Without what says no more than that there is something wrong.
    private static string WhyOf(CronFormatException e) => e.Message.Split("invalid format. ").Last().TrimEnd('.');

    // crontab(5): where both fields of days are restricted, a day has to match only one of them.
    private static CronExpression[] Expressions(string cron) => Read.GetOrAdd(cron, static text =>
    {
        string[] fields = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields is [])
            throw new CronFormatException("it is empty");
        if (fields.Length is not (FieldsWithSeconds or FieldsWithoutSeconds))
            return [CronExpression.Parse(text)];
        var format = fields.Length == FieldsWithSeconds ? CronFormat.IncludeSeconds : CronFormat.Standard;
        return IsAny(fields[^3]) || IsAny(fields[^1])
            ? [CronExpression.Parse(string.Join(' ', fields), format)]
            : [CronExpression.Parse(string.Join(' ', [.. fields[..^1], "*"]), format), CronExpression.Parse(string.Join(' ', [.. fields[..^3], "*", .. fields[^2..]]), format)];
    });

    private static bool IsAny(string field) => field[0] is '*' or '?';
}
