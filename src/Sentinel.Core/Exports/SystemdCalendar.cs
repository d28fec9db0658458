using System.Globalization;

namespace Sentinel.Core.Exports;

/// <summary>Times of a crontab(5) expression as those of a timer; see systemd.time(7), Calendar Events.</summary>
internal static class SystemdCalendar
{
    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    private static readonly Dictionary<string, string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
        ["@every_minute"] = "* * * * *",
        ["@every_second"] = "* * * * * *",
    };

    /// <summary>One for each line of the timer.</summary>
    /// <param name="cron">An expression that is known to be one.</param>
    /// <param name="zone">Null: that of the machine.</param>
    /// <exception cref="FormatException">A timer has no equal of it; the message names it.</exception>
    public static IReadOnlyList<string> Of(string cron, string? zone)
    {
        string[] fields = Words.GetValueOrDefault(cron, cron).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [.., var minute, var hour, var day, var month, var weekday])
            throw new FormatException($"a timer has no equal of '{cron}'");
        var second = fields.Length > 5 ? fields[0] : "0";
        var (months, time) = (Numbers(month, 1, 12, Months), $"{Numbers(hour, 0, 23)}:{Numbers(minute, 0, 59)}:{Numbers(second, 0, 59)}{(zone is null ? "" : $" {zone}")}");
        // Of two fields that both name days, one has to match; a timer wants both, so it gets a line for each.
        return IsAny(day) || IsAny(weekday) ? [Line(weekday, day)] : [Line("*", day), Line(weekday, "*")];

        string Line(string weekday, string day) =>
            $"{(weekday is "*" or "?" ? "" : $"{Weekdays(weekday)} ")}*-{months}{(day == "L" ? "~01" : $"-{Numbers(day, 1, 31)}")} {time}";
    }

    private static bool IsAny(string field) => field[0] is '*' or '?';

    private static string Numbers(string field, int least, int most, string[]? names = null) => field is "*" or "?" ? "*" : string.Join(',', field.Split(',').Select(part =>
    {
        var (first, last, step) = Parts(part, least, most, word => Named(word, least, most, names));
        var range = last is null || (last == most && step is not null) ? Two(first) : $"{Two(first)}..{Two(last.Value)}";
        return step is null ? range : $"{range}/{step}";
    }));

    // A timer knows no steps of them, and begins the week with Monday.
    private static string Weekdays(string field)
    {
        var days = field.Split(',').SelectMany(part =>
        {
            var (first, last, step) = Parts(part, 0, 6, word => Named(word, 0, 7, Days));
            return last is null ? [first] : Enumerable.Range(first, last.Value - first + 1).Where(day => (day - first) % (step ?? 1) == 0);
        }).Select(day => day % 7).ToHashSet();
        return string.Join(',', Enumerable.Range(1, 7).Where(day => days.Contains(day % 7)).Select(day => Days[day % 7]));
    }

    /// <returns>The last is null if it is one alone.</returns>
    private static (int First, int? Last, int? Step) Parts(string part, int least, int most, Func<string, int> number)
    {
        var (range, step) = part.Split('/') is [var before, var after] ? (before, int.Parse(after, CultureInfo.InvariantCulture)) : (part, (int?)null);
        if (range == "*")
            return (least, most, step);
        var (first, last) = range.Split('-') is [var from, var to] ? (number(from), number(to)) : (number(range), step is null ? (int?)null : most);
        return first <= (last ?? first) ? (first, last, step) : throw new FormatException($"a timer has no equal of '{part}', which goes over the end");
    }

    private static int Named(string word, int least, int most, string[]? names)
    {
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        var at = names is null ? -1 : Array.FindIndex(names, name => name.Equals(word, StringComparison.OrdinalIgnoreCase));
        return at >= 0 ? at + least : throw new FormatException($"a timer has no equal of '{word}'");
    }

    private static string Two(int number) => number.ToString("D2", CultureInfo.InvariantCulture);
}
