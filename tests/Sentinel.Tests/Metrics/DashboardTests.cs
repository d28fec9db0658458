using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Core.Metrics;

namespace Sentinel.Tests.Metrics;

/// <summary>What docs/ says of metrics is about metrics that there are.</summary>
public sealed partial class DashboardTests
{
    private static readonly string Docs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../docs"));

    // What values of a histogram or a summary are called.
    private static readonly HashSet<string> Names =
        [.. MetricsText.Names, .. MetricsText.Names.Where(name => name.EndsWith("_seconds", StringComparison.Ordinal)).SelectMany(name => new[] { $"{name}_bucket", $"{name}_sum", $"{name}_count" })];

    [Fact]
    public void The_dashboard_asks_only_for_metrics_that_there_are()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Docs, "grafana-dashboard.json")))!;
        var queries = Texts(dashboard, "expr").Concat(Texts(dashboard, "query")).Concat(Texts(dashboard, "definition")).ToList();

        Assert.NotEmpty(queries);
        Assert.Subset(Names, queries.SelectMany(query => Name().Matches(query)).Select(match => match.Value).ToHashSet());
        Assert.All(Texts(dashboard, "expr"), query => Assert.Contains("sentinel_", query));
    }

    [Fact]
    public void The_page_has_a_line_for_each_metric_and_for_no_other()
    {
        var named = File.ReadLines(Path.Combine(Docs, "metrics.md")).Where(line => line.StartsWith("| `sentinel_", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);

        Assert.Equal(MetricsText.Names.Order(), named.Order());
    }

    private static IEnumerable<string> Texts(JsonNode? node, string property) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field.Key == property && field.Value is JsonValue text ? [text.ToString()] : Texts(field.Value, property)),
        JsonArray items => items.SelectMany(item => Texts(item, property)),
        _ => [],
    };

    [GeneratedRegex(@"\bsentinel_\w+")]
    private static partial Regex Name();
}
