using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Serve.Routes;

namespace Sentinel.Tests.Serve;

/// <summary>The description of the routes: see docs/openapi.json.</summary>
public class OpenApiTests
{
    private static readonly string Docs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../docs"));

    [Fact]
    public void What_is_committed_is_what_the_server_says()
    {
        var made = Path.Combine(AppContext.BaseDirectory, "openapi.json");
        File.WriteAllBytes(made, [.. OpenApi.Document, (byte)'\n']);
        Assert.True(File.ReadAllText(made) == File.ReadAllText(Path.Combine(Docs, "openapi.json")), $"docs/openapi.json is another than {made}, which the routes came to");
    }

    [Fact]
    public void Each_answer_is_one_that_is_described()
    {
        var schemas = JsonNode.Parse(OpenApi.Document)!["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).ToHashSet();
        Assert.All(Routing.All.Where(route => route.Answer != "openapi"), route => Assert.Contains(route.Answer, schemas));
        Assert.DoesNotContain("#/$defs/", Encoding.UTF8.GetString(OpenApi.Document));
    }

    [Fact]
    public void No_two_routes_are_one() =>
        Assert.Distinct(Routing.All.SelectMany(route => route.Patterns.Select(pattern => $"{route.Method} {pattern}")));

    [Fact]
    public void What_changes_something_has_a_body_and_what_does_not_has_none() =>
        Assert.All(Routing.All, route => Assert.Equal(route.Changes, route.Body is not null));
}
