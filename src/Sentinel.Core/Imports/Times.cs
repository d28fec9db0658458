using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Core.Imports;

/// <summary>Lengths of time, in seconds.</summary>
internal static partial class Times
{
    /// <summary>As Go writes them: <c>1m30s</c>, <c>500ms</c>; a bare number is seconds. Null: it is none.</summary>
    public static double? Seconds(string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return number;
        if (Whole().Match(text) is not { Success: true } whole)
            return null;
        var seconds = 0.0;
        foreach (var (count, unit) in whole.Groups["count"].Captures.Zip(whole.Groups["unit"].Captures))
            seconds += double.Parse(count.Value, CultureInfo.InvariantCulture) * unit.Value switch
            {
                "d" => 86400,
                "h" => 3600,
                "m" => 60,
                "ms" => 0.001,
                "us" or "µs" => 0.000001,
                "ns" => 0.000000001,
                _ => 1,
            };
        return seconds;
    }

    [GeneratedRegex(@"^(?:(?<count>\d+(?:\.\d+)?)(?<unit>ns|us|µs|ms|s|m|h|d))+$")]
    private static partial Regex Whole();
}
