using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Projects;

namespace Sentinel.Rendering;

/// <summary>A graph of processes for people and for programs that draw.</summary>
internal static class GraphText
{
    private static readonly string[] Empty = ["No processes"];

    /// <summary>Each process with what it needs below it; what nobody needs comes first. What was shown before is not unfolded again.</summary>
    public static IEnumerable<string> Tree(ProjectGraph graph, Style style)
    {
        if (graph.Nodes.Count == 0)
            return Empty;
        var nodes = graph.Nodes.ToDictionary(node => node.Name);
        var below = graph.Edges.ToLookup(edge => edge.From);
        var needed = graph.Edges.Select(edge => edge.To).ToHashSet();
        var (lines, seen) = (new List<string>(), new HashSet<string>());
        // Those of a circle, if there is one, nobody else leads to.
        foreach (var node in graph.Nodes.OrderBy(node => needed.Contains(node.Name)))
            if (!seen.Contains(node.Name))
                Add(node.Name, "", "", "");
        return lines;

        void Add(string name, string words, string indent, string last)
        {
            var node = nodes.GetValueOrDefault(name);
            var isNew = seen.Add(name);
            string[] notes = [.. new[] { node?.IsTask == true ? "task" : null, node is null ? "of another project" : node.State ?? "not registered" }.OfType<string>()];
            var more = isNew || !below[name].Any() ? "" : " ...";
            lines.Add(Text.Printable($"{indent}{last}{name}{words}  ") + style.Paint(Text.Printable(string.Join(", ", notes)), ColorOf(node)) + more);
            if (!isNew)
                return;
            var edges = below[name].ToList();
            for (var i = 0; i < edges.Count; i++)
                Add(edges[i].To, $" ({Words(edges[i])})", indent + (last switch { "" => "", "`- " or "└─ " => "   ", _ => style.IsRich ? "│  " : "|  " }), Branch(i == edges.Count - 1));
        }

        string Branch(bool isLast) => (style.IsRich, isLast) switch { (true, true) => "└─ ", (true, false) => "├─ ", (false, true) => "`- ", _ => "|- " };
    }

    /// <summary>For Graphviz: <c>dot -Tsvg</c>.</summary>
    public static IEnumerable<string> Dot(ProjectGraph graph) =>
    [
        $"digraph {Quoted(graph.Project ?? "processes")} {{", "  rankdir=LR;", "  node [shape=box];",
        .. graph.Nodes.Select(node => $"  {Quoted(node.Name)}{(node.IsTask ? " [style=rounded]" : "")};"),
        .. graph.Edges.Select(edge => $"  {Quoted(edge.From)} -> {Quoted(edge.To)} [label={Quoted(Words(edge))}{(edge.Until is null || edge.IsOptional ? ", style=dashed" : "")}];"),
        "}",
    ];

    /// <summary>For Markdown pages.</summary>
    public static IEnumerable<string> Mermaid(ProjectGraph graph)
    {
        var ids = graph.Nodes.Select(node => node.Name).Concat(graph.Edges.Select(edge => edge.To)).Distinct().Select((name, i) => (name, Id: $"p{i + 1}")).ToDictionary(pair => pair.name, pair => pair.Id);
        var tasks = graph.Nodes.Where(node => node.IsTask).Select(node => node.Name).ToHashSet();
        return
        [
            "flowchart LR",
            .. ids.Select(pair => tasks.Contains(pair.Key) ? $"  {pair.Value}([{Quoted(pair.Key)}])" : $"  {pair.Value}[{Quoted(pair.Key)}]"),
            .. graph.Edges.Select(edge => $"  {ids[edge.From]} {(edge.Until is null || edge.IsOptional ? "-.->" : "-->")}|{Quoted(Words(edge)).Replace("|", "#124;")}| {ids[edge.To]}"),
        ];
    }

    /// <summary>Writes it as properties of the current object; see docs/json.md.</summary>
    public static void Write(Utf8JsonWriter json, ProjectGraph graph)
    {
        json.WriteOrNull("project", graph.Project);
        json.WriteObjects("processes", graph.Nodes, node =>
        {
            json.WriteString("name", node.Name);
            json.WriteBoolean("task", node.IsTask);
            json.WriteOrNull("state", node.State);
        });
        json.WriteObjects("needs", graph.Edges, edge =>
        {
            json.WriteString("process", edge.From);
            json.WriteString("needs", edge.To);
            json.WriteOrNull("until", edge.Until?.ToString());
            json.WriteBoolean("optional", edge.IsOptional);
            json.WriteBoolean("restart", edge.Restarts);
            json.WriteBoolean("bound", edge.IsBound);
        });
    }

    private static string Words(GraphEdge edge) => string.Join(", ", new[]
    {
        edge.Until?.ToString() ?? "after", edge.IsOptional ? "optional" : null, edge.Restarts ? "restart" : null, edge.IsBound ? "bound" : null,
    }.OfType<string>());

    private static Color ColorOf(GraphNode? node) => node?.State is { } state ? ProcessStatus.ColorOf(state) : Color.Dim;

    private static string Quoted(string text) => $"\"{Text.Printable(text).Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
