using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Sentinel.Core.Projects;

namespace Sentinel.Tests.Projects;

/// <summary>The schema of a project's file, its page and its reader say the same: they come from one table.</summary>
public sealed class ProjectSchemaTests
{
    private static readonly string Docs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../docs"));

    private static readonly JsonSchema Schema = JsonSchema.FromText(ProjectSchema.Text(), new BuildOptions { SchemaRegistry = new SchemaRegistry() });

    [Fact]
    public void The_schema_in_the_docs_is_the_one_that_is_printed() =>
        Assert.Equal(File.ReadAllText(Path.Combine(Docs, "sentinel.toml.schema.json")), ProjectSchema.Text());

    [Fact]
    public void The_schema_has_every_key()
    {
        var schema = JsonNode.Parse(ProjectSchema.Text())!;
        Assert.Equal(FileKeys.OfFile.Select(key => key.Name), schema["properties"]!.AsObject().Select(property => property.Key));
        Assert.Equal(FileKeys.OfProcess.Select(key => key.Name), schema["$defs"]!["process"]!["properties"]!.AsObject().Select(property => property.Key));
    }

    [Theory]
    [InlineData("name = \"a\"\ninclude = \"b\"\nenv-file = [\"?.env\"]\nenv = { A = 1, B = \"x\", C = true }\nunset = \"env\"", true)]
    [InlineData("[process.a]\nrun = [\"a\", \"b\"]\nport = { http = 80 }\nstop-timeout = \"500ms\"\nrestart = \"on-failure\"\nneeds = [\"b\", { name = \"c\", until = \"done\", bound = true }]", true)]
    [InlineData("[process.a]\nlike = \"b\"\nport = [\"auto\", 3000]\nready-notify = true\nsuccess-codes = [0, 1]\nmemory-max = \"1G\"\ntype = \"task\"\ninstances = 2\nprofile = \"x\"", true)]
    [InlineData("[defaults]\nrestart = true\nnice = -3\nstop-timeout = 0.5", true)]
    [InlineData("[defaults]\nlike = \"a\"", false)]
    [InlineData("[process.a]\nrum = \"x\"", false)]
    [InlineData("names = \"a\"", false)]
    [InlineData("env = { A = [] }", false)]
    [InlineData("[process.a]\nrun = 3", false)]
    [InlineData("[process.a]\nrun = \"x\"\nport = true", false)]
    [InlineData("[process.a]\nrun = \"x\"\nstop-timeout = \"soon\"", false)]
    [InlineData("[process.a]\nrun = \"x\"\nrestart = \"maybe\"", false)]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = { until = \"ready\" }", false)]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = { name = \"b\", until = \"soon\" }", false)]
    [InlineData("[process.a]\nrun = \"x\"\ntype = \"job\"", false)]
    [InlineData("[process.a]\nrun = \"x\"\nready-notify = \"yes\"", false)]
    public void The_schema_takes_what_the_reader_takes(string toml, bool isFine)
    {
        var faults = new Faults();
        using var document = JsonDocument.Parse(Json(TomlTree.Read(toml, "a", faults)!)!.ToJsonString());
        new FileCheck("/", faults).Do(TomlTree.Read(toml, "a", faults)!);

        Assert.Equal(isFine, Schema.Evaluate(document.RootElement).IsValid);
        // What a choice takes, its field says later.
        Assert.True(isFine == (faults.Count == 0) || toml.Contains("maybe") || toml.Contains("job") || toml.Contains("until = \"soon"));
    }

    [Fact]
    public void The_page_has_every_key_with_what_it_takes()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "project-file.md"));

        foreach (var keys in (IReadOnlyList<FileKey>[])[FileKeys.OfFile, FileKeys.OfProcess, FileKeys.OfHook])
        {
            var table = string.Join('\n', keys.Select(key => $"| `{key.Name}` | {Cell(key.Form?.Words ?? "a table")} | {Cell(key.Help)} |"));
            Assert.True(page.Contains(table, StringComparison.Ordinal), $"docs/project-file.md has to have this table:\n| Key | Takes | Meaning |\n|---|---|---|\n{table}");
        }
    }

    [Fact]
    public void The_example_of_the_page_is_fine()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "project-file.md"));

        Assert.Equal(["db", "migrate", "api"], Read.Good(page.Split("```toml\n")[1].Split("```")[0]).Processes.Select(process => process.Name));
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    private static JsonNode? Json(Node node) => node switch
    {
        Node.Table table => new JsonObject(table.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value.Value)))),
        Node.List list => new JsonArray([.. list.Items.Select(Json)]),
        Node.Number number => JsonNode.Parse(number.Value),
        Node.Flag flag => flag.Value,
        _ => node.Scalar,
    };
}
