using System.Collections;
using System.Globalization;

namespace Sentinel.Core.Exports;

/// <summary>What a file in YAML holds.</summary>
internal abstract record Yaml
{
    /// <summary>A text for sure: it is quoted where it could be read as something else.</summary>
    public sealed record Text(string Value) : Yaml;

    /// <summary>A number or a truth.</summary>
    public sealed record Plain(string Value) : Yaml
    {
        public static readonly Plain False = new("false"), True = new("true");

        public static Plain Of(long number) => new(number.ToString(CultureInfo.InvariantCulture));
    }

    public sealed record List(IReadOnlyList<Yaml> Items) : Yaml
    {
        public static List Of(IEnumerable<string> texts) => new([.. texts.Select(text => new Text(text))]);
    }

    /// <summary>Leaves out what is not given: null, false, a table or a list of nothing.</summary>
    public sealed record Table : Yaml, IEnumerable<(string Key, Yaml Value)>
    {
        private readonly List<(string Key, Yaml Value)> _entries = [];

        public int Count => _entries.Count;

        public void Add(string key, string? value) => Add(key, value is null ? null : new Text(value));

        public void Add(string key, long? value) => Add(key, value is null ? null : Plain.Of(value.Value));

        public void Add(string key, bool value) => Add(key, value ? Plain.True : null);

        public void Add(string key, IEnumerable<string>? texts) => Add(key, texts is null ? null : List.Of(texts));

        public void Add((string Key, Yaml Value) entry) => Add(entry.Key, entry.Value);

        public void Add(string key, Yaml? value)
        {
            if (value is not (null or Table { Count: 0 } or List { Items.Count: 0 }))
                _entries.Add((key, value));
        }

        public IEnumerator<(string Key, Yaml Value)> GetEnumerator() => _entries.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
