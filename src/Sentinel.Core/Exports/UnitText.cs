using System.Globalization;
using System.Text;

namespace Sentinel.Core.Exports;

/// <summary>A unit of systemd, or what is written like one: sections of keys, of which some come more than once.</summary>
/// <param name="comment">A line at its beginning; null: none.</param>
internal sealed class UnitText(string? comment = null)
{
    private readonly StringBuilder _text = new(comment is null ? "" : $"# {comment}\n");

    private bool _hasSection;

    public UnitText Section(string name)
    {
        _text.Append(_hasSection ? "\n" : "").Append($"[{name}]\n");
        _hasSection = true;
        return this;
    }

    /// <param name="value">As the unit has it; null: it is not given.</param>
    public UnitText Add(string key, string? value)
    {
        if (value is not null)
            _text.Append($"{key}={value}\n");
        return this;
    }

    public UnitText Add(string key, long? value) => Add(key, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>A time, as units have it.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds == Math.Floor(time.TotalSeconds)
        ? time.TotalSeconds.ToString(CultureInfo.InvariantCulture) : $"{Math.Ceiling(time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)}ms";

    public override string ToString() => _text.ToString();
}
