using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using Json.Schema;
using Sentinel.Api;
using Sentinel.Core.Engines;
using Sentinel.Core.Logs;
using Sentinel.Core.Projects;
using Sentinel.Core.Store;
using Sentinel.Rendering;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Engines;
using Sentinel.Tests.Events;

namespace Sentinel.Tests.Rendering;

/// <summary>docs/sentinel.schema.json, the examples of docs/json.md and what is printed say the same.</summary>
public sealed partial class SchemaTests
{
    private static readonly string Docs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../docs"));

    private static readonly Dictionary<string, JsonSchema> Definitions = Read();

    [Fact]
    public void Processes_are_as_the_schema_says() => ProtocolTests.Info.Array[0, 2].Sample(
        processes => AssertIs("processes", Documents.Of(
            new Answer.Processes(processes, 7), [new Outcome.Restarted("web", new ProcessRef(1, "web", null, "running", 5, 2), 4)], ["a warning"])), iter: 300);

    [Fact]
    public void Outcomes_are_as_the_schema_says() => ProtocolTests.AnyOutcome.Array[0, 3].Sample(
        outcomes => AssertIs("outcomes", Documents.Of(outcomes, ["a warning"])), iter: 300);

    [Fact]
    public void What_other_commands_print_is_as_the_schema_says() => ProtocolTests.OtherAnswer.Sample(
        answer =>
        {
            switch (answer)
            {
                case Answer.Groups groups:
                    AssertIs("groups", Documents.Of(groups.All, []));
                    break;
                case Answer.Ports ports:
                    AssertIs("ports", Documents.Of(ports.All, []));
                    break;
                case Answer.Environment { Of: { } environment }:
                    AssertIs("environment", Documents.Of(environment, []));
                    break;
                case Answer.Findings:
                    AssertIs("findings", Documents.Of([Finding.Ok("home", "well"), Finding.Broken("boot", "not", "mend it")], []));
                    break;
                case Answer.Overdue overdue:
                    AssertIs("outcomes", Documents.Of(overdue.All, []));
                    break;
            }
        }, iter: 300);

    [Fact]
    public void Stories_are_as_the_schema_says() => ProtocolTests.StoryAnswer.Sample(
        answer => AssertIs("stories", Documents.Of(((Answer.Stories)answer).All, ["a warning"])), iter: 300);

    [Fact]
    public void Events_are_as_the_schema_says()
    {
        AnyEvent.Any.Sample(happened => AssertIs("event", EventLog.Line(happened)), iter: 300);
        AssertIs("gap", EventLog.Line(new Notice.Gap(1, 3)));
    }

    [Theory]
    [InlineData("new", "shop")]
    [InlineData("failed", "miss")]
    [InlineData("lost", "shop")]
    public void What_is_on_an_engine_is_as_the_schema_says(string recording, string project)
    {
        var services = Recordings.Swarm(recording, project).Services;
        AssertIs("services", ServiceList.ToJson("swarm", "shop", services, ["a warning"]));
        AssertIs("steps", ServiceList.ToJson("swarm", "shop", new Difference([
            new EngineStep.Create("a"), new EngineStep.Change("b", "its settings"), new EngineStep.Same("c"), new EngineStep.Remove("d", services[0])])));
    }

    [Fact]
    public void What_has_no_variants_is_as_the_schema_says()
    {
        AssertIs("daemon", Documents.Of(null, stopped: 7));
        AssertIs("hosts", Documents.Of([("m1", 0, JsonDocument.Parse("{}").RootElement, null), ("m2", 1, null, "it is off")]));
        AssertIs("daemon", Documents.Of(new DaemonStatus(1, "1.0", DateTimeOffset.UtcNow, 1, 1, 1, "it failed"), null));
        AssertIs("startup", Documents.Of("systemd", "sentinel", ["sentinel"], "[Unit]", null, isInstalled: false, []));
        AssertIs("logLine", Documents.Of(new LogFile("web", LogStream.Stderr, "/web.stderr.log"), new LogLine(7, "text"u8.ToArray()), null));
        AssertIs("logLine", Documents.Of(new LogFile("web", LogStream.Stdout, "/web.stdout.log"), new LogLine(7, "text"u8.ToArray()), DateTimeOffset.UtcNow));
    }

    [Theory]
    [InlineData("## `list` and `status`", "processes")]
    [InlineData("## `run`, `start`", "outcomes")]
    [InlineData("## `cron list`", "schedules")]
    [InlineData("## `hook list`", "hooks")]
    [InlineData("## `group list`", "groups")]
    [InlineData("## `port list`", "ports")]
    [InlineData("## `env`", "environment")]
    [InlineData("## `doctor`", "findings")]
    [InlineData("## `daemon start`", "daemon")]
    [InlineData("## `startup`", "startup")]
    [InlineData("## `check`", "check")]
    [InlineData("## `config`", "config")]
    [InlineData("## `why`", "stories")]
    [InlineData("## `events`", "event", "gap")]
    [InlineData("## `logs`", "logLine")]
    [InlineData("## `--host`", "hosts")]
    [InlineData("## `list` and `status` with `--on`", "services")]
    [InlineData("## `plan` with `--on`", "steps")]
    public void Examples_are_as_the_schema_says(string heading, params string[] definitions)
    {
        var text = File.ReadAllText(Path.Combine(Docs, "json.md"));
        var examples = Example().Matches(text[text.IndexOf(heading, StringComparison.Ordinal)..]);
        foreach (var (definition, i) in definitions.Select((definition, i) => (definition, i)))
            AssertIs(definition, Encoding.UTF8.GetBytes(examples[i].Groups["json"].Value));
    }

    [Fact]
    public void Projects_are_as_the_schema_says()
    {
        var fine = Projects.Read.Whole("env-file = \"a\"\nenv = { A = 1 }\n[process.api]\nrun = [\"x\"]\ninstances = 2\nlimit = [\"core=0\"]");
        AssertIs("check", Documents.Of(fine, [new Problem(new Place("sentinel.toml", 1, 1), "a warning")]));
        AssertIs("check", Documents.Of(Projects.Read.Whole("x = 1"), []));
        AssertIs("config", Documents.Of(fine.Project!, fine.Project!.Processes));
    }

    [Fact]
    public void Codes_and_states_are_all_in_the_schema()
    {
        var outcome = JsonNode.Parse(File.ReadAllText(Path.Combine(Docs, "sentinel.schema.json")))!["$defs"]!["outcome"]!["properties"]!;

        Assert.Equal(
            Enum.GetValues<FailureCode>().Select(code => code.Word()).Order(), outcome["code"]!["enum"]!.AsArray().Select(word => (string?)word).OfType<string>().Order());
    }

    [Fact]
    public void What_can_be_sent_to_the_daemon_is_all_in_its_page()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "protocol.md"));
        foreach (var word in ProtocolTests.Words().Concat(Enum.GetValues<FailureCode>().Select(code => code.Word())))
            Assert.Contains($"`{word}`", page);
    }

    private static void AssertIs(string definition, byte[] document)
    {
        using var parsed = JsonDocument.Parse(document);
        var result = Definitions[definition].Evaluate(parsed.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, $"{Encoding.UTF8.GetString(document)}\n" + string.Join('\n', (result.Details ?? [])
            .SelectMany(detail => (detail.Errors ?? new Dictionary<string, string>()).Select(error => $"{detail.InstanceLocation}: {error.Value}"))));
    }

    private static Dictionary<string, JsonSchema> Read()
    {
        var whole = File.ReadAllText(Path.Combine(Docs, "sentinel.schema.json"));
        return JsonNode.Parse(whole)!["$defs"]!.AsObject().ToDictionary(definition => definition.Key, definition =>
        {
            var root = JsonNode.Parse(whole)!;
            root["$ref"] = $"#/$defs/{definition.Key}";
            return JsonSchema.FromText(root.ToJsonString(), new BuildOptions { SchemaRegistry = new SchemaRegistry() });
        });
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
