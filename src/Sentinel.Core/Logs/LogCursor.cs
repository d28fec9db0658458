using System.Globalization;
using Sentinel.Api;

namespace Sentinel.Core.Logs;

/// <summary>A place in each of several logs, as a text that a caller gives back: <c>3o=120,3e=0</c> is byte 120 of the stdout of process 3, and so on.</summary>
public sealed class LogCursor
{
    private readonly SortedDictionary<(int Id, LogStream Stream), long> _places = [];

    public long? this[int id, LogStream stream] => _places.TryGetValue((id, stream), out var position) ? position : null;

    public LogCursor Copy()
    {
        var copy = new LogCursor();
        foreach (var ((id, stream), position) in _places)
            copy.Set(id, stream, position);
        return copy;
    }

    public void Set(int id, LogStream stream, long position) => _places[(id, stream)] = position;

    /// <summary>Null: it is no such text.</summary>
    public static LogCursor? Parse(string text)
    {
        var cursor = new LogCursor();
        foreach (var place in text.Split(','))
        {
            if (place.Split('=') is not [{ Length: > 1 } log, var position]
                || !int.TryParse(log[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || !long.TryParse(position, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
                || log[^1] is not ('o' or 'e'))
                return null;
            cursor.Set(id, log[^1] == 'o' ? LogStream.Stdout : LogStream.Stderr, at);
        }

        return cursor;
    }

    public override string ToString() => string.Join(',', _places.Select(place =>
        string.Create(CultureInfo.InvariantCulture, $"{place.Key.Id}{(place.Key.Stream == LogStream.Stdout ? 'o' : 'e')}={place.Value}")));
}
