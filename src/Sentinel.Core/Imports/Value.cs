using System.Globalization;

namespace Sentinel.Core.Imports;

/// <summary>A value of a file, with the way to it. To ask for it in a shape that it does not have is told.</summary>
internal sealed class Value(Node node, string path, Notes notes)
{
    public Place Place => node.Place;

    public string Path => path;

    public Node Node => node;

    public bool IsTable => node is Node.Table;

    public bool IsList => node is Node.List;

    public bool IsNull => node is Node.Scalar { Kind: ScalarKind.Null };

    /// <summary>Null when it is not a scalar.</summary>
    public string? Scalar => node is Node.Scalar { Kind: not ScalarKind.Null } scalar ? scalar.Text : null;

    public string? Text() => Scalar ?? Refuse<string>("a text");

    /// <summary>As YAML 1.1 and 1.2, JSON, TOML and supervisord write it.</summary>
    public bool? Flag() => Scalar?.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "y" or "1" => true,
        "false" or "no" or "off" or "n" or "0" => false,
        _ => Refuse<bool?>("true or false"),
    };

    public int? Whole() =>
        int.TryParse(Scalar, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Refuse<int?>("a whole number");

    public double? Number() =>
        double.TryParse(Scalar, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : Refuse<double?>("a number");

    /// <summary>Those of a list; a value that is none is a list of one.</summary>
    public IReadOnlyList<Value> Items => node switch
    {
        Node.List list => [.. list.Items.Select((item, index) => new Value(item, $"{path}[{index}]", notes))],
        Node.Scalar { Kind: ScalarKind.Null } => [],
        _ => [this],
    };

    /// <summary>The texts of a list; what is no text is told.</summary>
    public string[] Texts() => [.. Items.Select(item => item.Text()).OfType<string>()];

    /// <summary>Null, and told, when it is not a table.</summary>
    /// <param name="whys">Why keys that are known are not taken.</param>
    public Keys? Keys(IReadOnlyDictionary<string, string>? whys = null) =>
        node is Node.Table table ? notes.Open(new Keys(table, path, notes, whys)) : Refuse<Keys>("a table");

    public void Tell(string why) => notes.Tell(node.Place, path, why);

    /// <summary>That something within it is not taken.</summary>
    public void Tell(string below, string why) => notes.Tell(node.Place, path.Length > 0 ? $"{path}.{below}" : below, why);

    private T? Refuse<T>(string expected)
    {
        if (!IsNull)
            Tell($"{expected} was expected here");
        return default;
    }
}
