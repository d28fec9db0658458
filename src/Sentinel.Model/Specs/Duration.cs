using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>Lengths of time as people write them: <c>90s</c>, <c>30m</c>, <c>1.5h</c>, <c>2d</c>.</summary>
public static class Duration
{
    // A hundred years.
    private const double MostUnits = 36500;

    /// <summary>Null if the text is not a length of time.</summary>
    public static TimeSpan? Parse(string text) =>
        text.Length > 1
        && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
        && count <= MostUnits
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(count),
                'm' => TimeSpan.FromMinutes(count),
                'h' => TimeSpan.FromHours(count),
                'd' => TimeSpan.FromDays(count),
                _ => null,
            }
            : null;

    /// <summary>In the largest unit that gives a whole number: <c>90m</c> for an hour and a half.</summary>
    public static string Words(TimeSpan time)
    {
        foreach (var (unit, length) in new[] { ('d', TimeSpan.FromDays(1)), ('h', TimeSpan.FromHours(1)), ('m', TimeSpan.FromMinutes(1)) })
            if (time >= length && time.Ticks % length.Ticks == 0)
                return $"{time.Ticks / length.Ticks}{unit}";
        return string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");
    }
}
