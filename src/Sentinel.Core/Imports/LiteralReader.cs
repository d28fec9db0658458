namespace Sentinel.Core.Imports;

/// <summary>
/// Reads JSON, JSON with comments, and JavaScript that is nothing but literals: <c>module.exports = { … }</c>. Any other code is
/// refused with its place; nothing is executed.
/// </summary>
internal sealed class LiteralReader : LiteralScanner
{
    private const int DeepestNesting = 32;

    private readonly Dictionary<string, Node> _constants = [];

    private LiteralReader(string file, string text, bool isCode, bool isPrinted)
        : base(file, text, isCode, isPrinted)
    {
    }

    /// <param name="isPrinted">Whether it is what a program printed for the file: then places mean nothing.</param>
    /// <exception cref="ImportException">It is not what can be read here.</exception>
    public static Node Read(string file, string text, bool isPrinted = false)
    {
        var reader = new LiteralReader(file, text, !isPrinted && !file.EndsWith(".json", StringComparison.OrdinalIgnoreCase), isPrinted);
        var node = reader.IsCode ? reader.Module() : reader.Value(0);
        reader.Skip();
        return reader.At == text.Length ? node : throw reader.Refusal("something follows the value");
    }

    private Node Module()
    {
        if (Source.StartsWith("#!", StringComparison.Ordinal))
            At = Source.IndexOf('\n') is >= 0 and var end ? end : Source.Length;
        while (true)
        {
            Skip();
            var begin = At;
            if (At < Source.Length && Source[At] is '{' or '[')
                return Ended(Value(0));
            if (At < Source.Length && Source[At] is '"' or '\'')
            {
                // 'use strict'
                Ended(Value(0));
                continue;
            }

            switch (Path())
            {
                case "module.exports" or "exports" when Takes('='):
                    return Ended(Value(0));
                case "export" when Path() == "default":
                    return Ended(Value(0));
                case "exports.apps" or "module.exports.apps" when Takes('='):
                    var at = Here();
                    return new Node.Table(at, [new Node.Entry(at, "apps", Ended(Value(0)))]);
                case "const" or "let" or "var" when Path() is { Length: > 0 } name && Takes('='):
                    _constants[name] = Ended(Value(0));
                    break;
                default:
                    At = begin;
                    throw Refusal("only module.exports = { … } with literals is read");
            }
        }
    }

    private Node Ended(Node node)
    {
        Takes(';');
        return node;
    }

    private Node Value(int depth)
    {
        Skip();
        var at = Here();
        if (depth > DeepestNesting)
            throw Refusal($"more than {DeepestNesting} lists and tables are nested here");
        if (At == Source.Length)
            throw Refusal("a value was expected here, and the file ends");
        switch (Source[At])
        {
            case '{':
                return new Node.Table(at, Entries(depth));
            case '[':
                return new Node.List(at, Items(depth));
            case '"' or '\'' or '`':
                var text = Text();
                while (IsCode && Takes('+'))
                {
                    Skip();
                    text += At < Source.Length && Source[At] is '"' or '\'' or '`' ? Text() : throw Refusal("only texts are joined here");
                }

                return Node.Of(at, text, ScalarKind.Quoted);
            case '-' or '+' or '.' or (>= '0' and <= '9'):
                return new Node.Scalar(at, Number(), ScalarKind.Plain);
        }

        var begin = At;
        switch (Path())
        {
            case "true" or "false":
                return new Node.Scalar(at, Source[begin..At], ScalarKind.Plain);
            case "null" or "undefined":
                return new Node.Scalar(at, "", ScalarKind.Null);
            case var name when _constants.TryGetValue(name, out var constant) && !IsCall():
                return constant;
        }

        At = begin;
        throw Refusal(IsCode ? "this is computed, not written out" : "a value was expected here");
    }

    private bool IsCall() => At < Source.Length && Source[At] is '(' or '[' or '`';

    private List<Node.Entry> Entries(int depth)
    {
        var entries = new Dictionary<string, Node.Entry>();
        At++;
        while (!Takes('}'))
        {
            Skip();
            var at = Here();
            var key = At < Source.Length && Source[At] is '"' or '\'' ? Text() : Word();
            if (key.Length == 0 || !Takes(':'))
                throw Refusal(key.Length == 0 ? "a key was expected here" : $"a : was expected after {key}");
            key = Node.Of(at, key, ScalarKind.Quoted).Text;
            if (!entries.TryAdd(key, new Node.Entry(at, key, Value(depth + 1))))
                throw new ImportException(at, $"{key} is in line {entries[key].Place.Line} already");
            Separator('}');
        }

        return [.. entries.Values];
    }

    private List<Node> Items(int depth)
    {
        var items = new List<Node>();
        At++;
        while (!Takes(']'))
        {
            items.Add(Value(depth + 1));
            Separator(']');
        }

        return items;
    }

    private void Separator(char close)
    {
        if (Takes(','))
            return;
        if (At == Source.Length || Source[At] != close)
            throw Refusal(IsCode ? $"this is computed, or a comma or {close} is missing before it" : $"a comma or {close} was expected here");
    }
}
