using System.Globalization;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>The values that a field is given, as texts. Each method throws <see cref="FormatException"/> for a text that it cannot take.</summary>
/// <param name="key">Of the field, for messages.</param>
/// <param name="texts">None: its default.</param>
/// <param name="asker">Who gives them.</param>
public readonly struct FieldValue(string key, IReadOnlyList<string> texts, Asker asker)
{
    // A day.
    private const int MostSeconds = 86400;

    /// <summary>The key of the field.</summary>
    public string Key => key;

    /// <summary>All of them.</summary>
    public IReadOnlyList<string> Texts => texts;

    public Asker Asker => asker;

    /// <summary>Null: none is given.</summary>
    public string? Text => texts is [.., var last] ? last : null;

    public bool IsGiven => texts.Count > 0;

    public bool Flag => Text switch
    {
        null or "false" => false,
        SpecField.True => true,
        var other => throw new FormatException($"--{key} takes no value, not '{other}'"),
    };

    /// <summary>Those that are given, after the ones of before that have other names; none if none is given.</summary>
    /// <param name="advice">What to do when two have the same name.</param>
    public IReadOnlyList<T> AddedTo<T>(IReadOnlyList<T> before, Func<string, T> parse, Func<T, string> nameOf, string? advice = null)
    {
        if (!IsGiven)
            return [];
        var given = texts.Select(parse).ToList();
        var names = new HashSet<string>();
        foreach (var name in given.Select(nameOf))
            if (!names.Add(name))
                throw new FormatException($"--{key} {name} is given twice{(advice is null ? "" : "; " + advice)}");
        return [.. before.Where(old => !names.Contains(nameOf(old))), .. given];
    }

    /// <param name="what">What it takes, with its article.</param>
    public string? Filled(string what) => Text is "" ? throw new FormatException($"--{key} takes {what}, not ''") : Text;

    public int? Number(int least, int most) => Text is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new FormatException($"--{key} takes a number from {least} to {most}, not '{text}'");

    /// <param name="least">In seconds.</param>
    public TimeSpan? Seconds(double least = 0)
    {
        if (Text is not { } text)
            return null;
        if (!double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) || seconds is not (>= 0 and <= MostSeconds))
            throw new FormatException($"--{key} takes seconds, from 0 to {MostSeconds}, not '{text}'");
        return seconds >= least ? TimeSpan.FromSeconds(seconds) : throw new FormatException($"--{key} takes {least.ToString(CultureInfo.InvariantCulture)} seconds or more");
    }

    public long? Bytes() => Text is not { } text ? null
        : ByteSize.Parse(text) ?? throw new FormatException($"--{key} takes an amount such as 200M or 1.5G, not '{text}'");

    public int? Signal() => Text is { } text ? SignalName.Read(text) : null;
}

/// <summary>Who gives values to fields, and from where.</summary>
/// <param name="Now">A time that begins now begins then.</param>
/// <param name="FolderOf">A folder that they named, as an absolute path.</param>
/// <param name="FileOf">A file that they named, as an absolute path; throws <see cref="IOException"/> if it cannot be read again later.</param>
/// <param name="OwnerOf">The process that has a pid; throws <see cref="FormatException"/> when there is none.</param>
public sealed record Asker(DateTimeOffset Now, Func<string, string> FolderOf, Func<string, string> FileOf, Func<int, Owner> OwnerOf)
{
    /// <summary>For values that were taken before: their paths are absolute, and their pids meant something then.</summary>
    public static readonly Asker None = new(
        DateTimeOffset.MinValue, path => path, path => path, pid => throw new FormatException($"pid {pid} says nothing about a process of another time"));
}
