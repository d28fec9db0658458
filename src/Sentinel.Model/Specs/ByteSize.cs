using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>Amounts of memory as people write them: <c>200M</c>, <c>1.5G</c>, <c>512K</c>, <c>1048576</c>; units of 1,024.</summary>
public static class ByteSize
{
    private const string Units = "KMGT";

    /// <summary>Returns bytes, or null if the text is not an amount or comes to less than one byte.</summary>
    public static long? Parse(string text)
    {
        var number = text.ToUpperInvariant();
        if (number.EndsWith('B'))
            number = number[..^1];
        if (number.EndsWith('I'))
            number = number[..^1];
        var unit = number.Length > 0 ? Units.IndexOf(number[^1]) + 1 : 0;
        if (unit > 0)
            number = number[..^1];
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return null;
        for (var i = 0; i < unit && value < long.MaxValue; i++)
            value *= 1024;
        return value is >= 1 and <= long.MaxValue ? (long)value : null;
    }

    /// <summary>In the largest unit that gives a whole number: <c>1536M</c> for one and a half gigabytes.</summary>
    public static string Words(long bytes)
    {
        var unit = 0;
        for (; unit < Units.Length && bytes > 0 && bytes % 1024 == 0; unit++)
            bytes /= 1024;
        return bytes.ToString(CultureInfo.InvariantCulture) + (unit > 0 ? Units[unit - 1] : "");
    }
}
