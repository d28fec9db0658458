using System.Globalization;

namespace Sentinel.Model.Fields;

/// <summary>Values of fields as texts, which <see cref="FieldValue"/> reads back exactly; none for the default.</summary>
internal static class FieldTexts
{
    public static string[] Of(string? text) => text is null ? [] : [text];

    public static string[] Of(long? number) => Of(number?.ToString(CultureInfo.InvariantCulture));

    public static string[] Of(bool isSet) => isSet ? [SpecField.True] : [];

    /// <summary>In seconds.</summary>
    public static string[] Of(TimeSpan? time) => Of(time?.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Each as it writes itself.</summary>
    public static string[] Of<T>(IReadOnlyList<T> items)
        where T : notnull => items.Count == 0 ? [] : [.. items.Select(item => item.ToString()!)];

    public static string[] Unless<T>(T value, T otherwise, Func<T, string[]> text)
        where T : struct, IEquatable<T> => value.Equals(otherwise) ? [] : text(value);
}
