using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>Times as people write them: how long ago, as <see cref="Duration"/> has it, or <c>2026-01-31T12:00:00</c>.</summary>
public static class Moment
{
    /// <summary>Null when it is not a time. A time without a zone is in the zone of <paramref name="now"/>.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (Duration.Parse(text) is { } ago)
            return now - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment) && text.Contains('-') ? moment : null;
    }
}
