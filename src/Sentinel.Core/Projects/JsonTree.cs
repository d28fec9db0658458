using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sentinel.Core.Projects;

/// <summary>Reads JSON into nodes.</summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly string _file;
    private readonly Faults _faults;
    private Utf8JsonReader _reader;

    // How far places have been counted.
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    private JsonTree(ReadOnlySpan<byte> json, string file, Faults faults)
    {
        _json = json;
        (_file, _faults) = (file, faults);
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Node.MostLevels });
    }

    /// <summary>Null: it is not well formed, and the faults say where.</summary>
    public static Node.Table? Read(ReadOnlySpan<byte> json, string file, Faults faults)
    {
        var before = faults.Count;
        var tree = new JsonTree(json, file, faults);
        try
        {
            tree._reader.Read();
            var root = tree.Value();
            tree._reader.Read();
            if (root is not Node.Table)
                faults.Add(root.Place, $"a project's file is a table, not {root.What}");
            return faults.Count == before ? root as Node.Table : null;
        }
        catch (JsonException e)
        {
            var place = new Place(file, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
            faults.Add(place, e.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? $"more than {Node.MostLevels} tables and lists are in each other"
                : Words(e.Message));
            return null;
        }
    }

    private Node Value()
    {
        var place = Here();
        switch (_reader.TokenType)
        {
            case JsonTokenType.String:
                return new Node.Text(place, Text(place));
            case JsonTokenType.Number:
                return _reader.TryGetInt64(out var whole)
                    ? new Node.Number(place, whole.ToString(CultureInfo.InvariantCulture), IsWhole: true)
                    : new Node.Number(place, _reader.GetDouble().ToString("R", CultureInfo.InvariantCulture), IsWhole: false);
            case JsonTokenType.True or JsonTokenType.False:
                return new Node.Flag(place, _reader.GetBoolean());
            case JsonTokenType.StartArray:
                var list = new Node.List(place);
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                    list.Items.Add(Value());
                return list;
            case JsonTokenType.StartObject:
                return Table(place);
            default:
                return new Node.Other(place, "null");
        }
    }

    private Node.Table Table(Place place)
    {
        var table = new Node.Table(place);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var key = Here();
            var name = Text(key);
            _reader.Read();
            var value = Value();
            if (table.Entries.TryGetValue(name, out var entry))
                _faults.Add(key, $"'{name}' is there already, in line {entry.Key.Line}");
            else
                table.Entries[name] = new Node.Entry(key, value);
        }

        return table;
    }

    private readonly string Text(Place place)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            _faults.Add(place, "the text is not valid Unicode");
            return "";
        }
    }

    // Counts on from the token before.
    private Place Here()
    {
        var passed = _json[_offset..(int)_reader.TokenStartIndex];
        _offset += passed.Length;
        if (passed.Count((byte)'\n') is > 0 and var lines)
        {
            _line += lines;
            _column = 1;
            passed = passed[(passed.LastIndexOf((byte)'\n') + 1)..];
        }

        _column += Encoding.UTF8.GetCharCount(passed);
        return new Place(_file, _line, _column);
    }

    // Theirs end with the place.
    private static string Words(string message)
    {
        var words = message[..(message.IndexOf(" LineNumber:", StringComparison.Ordinal) is >= 0 and var end ? end : message.Length)].TrimEnd('.');
        return words.Length > 1 && char.IsUpper(words[0]) && char.IsLower(words[1]) ? $"{char.ToLowerInvariant(words[0])}{words[1..]}" : words;
    }
}
