using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>How ports are written: one, a list of them, or a table of their names. What they become, <c>run --port</c> takes.</summary>
internal static class PortForm
{
    private const string Any = "auto";

    private const string One = """{ "type": ["integer", "string"], "minimum": 1, "maximum": 65535 }""";

    public static readonly Form All = new(
        "a port (5432, \"5432+\", \"auto\"), a list of ports or a table of names and ports",
        $$"""{ "anyOf": [{{One}}, { "type": "array", "items": {{One}} }, { "type": "object", "additionalProperties": {{One}} }] }""",
        Read);

    private static IReadOnlyList<Given>? Read(Node node, Faults faults) => node switch
    {
        Node.List list when list.Items.TrueForAll(IsPort) => [.. list.Items.Select(Alone)],
        Node.Table table => [.. table.Entries.Select(entry => Named(entry.Key, entry.Value.Value, faults)).OfType<Given>()],
        _ => IsPort(node) ? [Alone(node)] : null,
    };

    private static bool IsPort(Node node) => node is Node.Text or Node.Number { IsWhole: true };

    private static Given Alone(Node node) => new(node.Scalar is Any ? PortRequest.DefaultName : node.Scalar!, node.Place);

    // Several cannot all be passed in PORT.
    private static Given? Named(string name, Node node, Faults faults)
    {
        if (!IsPort(node))
        {
            faults.Add(node.Place, $"{name} takes a port (5432, \"5432+\", \"auto\"), not {node.What}");
            return null;
        }

        var (port, variable) = node.Scalar!.Split('=', 2) is [var before, var own] ? (before, own) : (node.Scalar!, $"{VariableOf(name)}_{PortRequest.DefaultVariable}");
        return new Given($"{(port is Any ? name : $"{name}:{port}")}={variable}", node.Place);
    }

    private static string VariableOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
