using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Host;
using Sentinel.Linux.Proc;
using Sentinel.Model.Fields;
using Sentinel.Rendering;

namespace Sentinel.Serve.Routes;

/// <summary>What runs, and what is done with it.</summary>
internal static class ProcessRoutes
{
    private const int MostLines = 1000, DefaultLines = 20;

    private static readonly string[] StopOptions = ["signal", "timeout", "force", "with-dependents"];
    private static readonly string[] DeleteOptions = ["logs", "signal", "timeout", "force"];
    private static readonly string[] RunOptions = [.. SpecFields.All.Where(field => field.IsOfRun).Select(field => field.Key), "instances", "ensure", "replace", "wait"];
    private static readonly string[] SetOptions = [.. SpecFields.All.Select(field => field.Key), "unset", "unset-env"];

    private static readonly Parameter[] Filters =
    [
        new("group", "string", "Only those of this group"), new("project", "string", "Only those of this project"), new("state", "string", "Only those in this state"),
    ];

    public static IEnumerable<Route> All { get; } =
    [
        new("GET", "processes", "All that is known of all processes, as 'list --json' prints it", "processes", Look) { Parameters = Filters },
        new("GET", "summaries", "What a list shows of all processes: fit for thousands", "summaries", Summaries) { Parameters = Filters },
        new("GET", "processes/{name}", "All that is known of one, as 'status --json' prints it", "processes", Look),
        new("GET", "processes/{name}/why", "What happened to it and what comes next, as 'why --json' prints it", "stories", Why)
        {
            Parameters = [new("lines", "integer", "How many lines of stderr to show before each end")],
        },
        new("GET", "processes/{name}/env", "Its environment, as 'env --json' prints it", "environment", Environment)
        {
            Parameters = [new("reveal", "boolean", "Also the values that look secret; not with a token that may only look")],
        },
        new("GET", "processes/{name}/tree", "The processes that it consists of", "tree", Tree),
        new("POST", "processes", "Runs another: the body has the options of 'run', and command: a text, or an array of words", "outcomes", Run) { Body = [.. RunOptions, "command"] },
        new("PATCH", "processes/{name}", "Changes its options, as 'set' does", "outcomes", call => Commands.Do(call, "set", SetOptions, [call.Name])) { Body = SetOptions },
        new("DELETE", "processes/{name}", "Stops and forgets it", "outcomes", call => Commands.Do(call, "delete", DeleteOptions, [call.Name]))
        {
            Body = DeleteOptions,
        },
        Verb("start", "Starts it, and what it needs", ["no-deps", "wait"]),
        Verb("stop", "Stops it, and all that it started", StopOptions),
        Verb("restart", "Stops it and starts it again", ["signal", "timeout", "force", "rolling", "no-gap", "wait"]),
        Verb("reset", "Forgets its failures", []),
        new("POST", "processes/{name}/scale", "Runs more or fewer instances of a set: count is a number, or as in +2", "outcomes", call => Commands.Do(call, "scale", [], [call.Name], "count"))
        {
            Body = ["count"], Parameters = [Parameter.NoWait],
        },
        new("POST", "processes/{name}/signal", "Sends it a signal", "outcomes", call => Commands.Do(call, "signal", ["tree"], [call.Name], "signal")) { Body = ["signal", "tree"] },
    ];

    private static Route Verb(string verb, string summary, string[] options) =>
        new("POST", $"processes/{{name}}/{verb}", summary, "outcomes", call => Commands.Do(call, verb, options, [call.Name])) { Body = options, Parameters = [Parameter.NoWait] };

    private static async Task Look(Call call)
    {
        var selection = call.Part("name") is null ? SelectionOf(call) : new Selection.Named([call.Name]);
        var answer = await call.Ask<Answer.Processes>(new Query.Processes(selection) { WithRemains = true, WithOptions = true, WithLogs = call.Part("name") is not null });
        answer = answer with { All = [.. answer.All.Where(process => Passes(call, process.Name, process.State))] };
        await call.Json(answer, () => Documents.Of(answer, [], answer.Warnings));
    }

    private static async Task Summaries(Call call)
    {
        var answer = await call.Ask<Answer.Summaries>(new Query.Summaries(SelectionOf(call)));
        await call.Json(answer, () => Documents.Written(json =>
        {
            json.WriteArray("processes", answer.All.Where(process => Passes(call, process.Name, process.State)), process => SummaryDocument.Write(json, process));
            json.WriteTexts("warnings", answer.Warnings);
        }));
    }

    private static Selection SelectionOf(Call call) => call.Asked("group") is { } group ? new Selection.Members(group) : new Selection.All();

    private static bool Passes(Call call, string name, string state) =>
        (call.Asked("state") is not { } wanted || wanted == state)
        && (call.Asked("project") is not { } project || name.StartsWith($"{project}/", StringComparison.Ordinal));

    private static async Task Why(Call call)
    {
        var answer = await call.Ask<Answer.Stories>(new Query.Stories(new Selection.Named([call.Name]), call.Number("lines", DefaultLines, MostLines)));
        await call.Json(answer, () => Documents.Of(answer.All, answer.Warnings));
    }

    private static async Task Environment(Call call)
    {
        var answer = await call.Ask<Answer.Environment>(new Query.Environment(call.Name, WithValues: call.Is("reveal")));
        await call.Json(answer, () => Documents.Of(answer.Of!, answer.Warnings));
    }

    private static async Task Tree(Call call)
    {
        var answer = await call.Ask<Answer.Processes>(new Query.Processes(new Selection.Named([call.Name])) { WithRemains = true });
        await call.Json(answer, () =>
        {
            var table = new ProcessTable();
            var seen = answer.All.SelectMany(process => process.Pids).Distinct().Select(table.Look).OfType<Sighting>();
            return Documents.Written(json => json.WriteObjects("processes", seen, one =>
            {
                json.WriteNumber("pid", one.Pid);
                json.WriteNumber("parent", one.Parent);
                json.WriteOrNull("command", table.ProgramOf(one.Pid));
                json.WriteNumber("memoryBytes", one.MemoryBytes);
                json.WriteOrNull("cpuSeconds", table.CpuTimeOf(one.Pid)?.TotalSeconds);
            }));
        });
    }

    private static async Task Run(Call call)
    {
        var body = await call.Body();
        await Commands.Do(call, ["run", .. Commands.OptionsIn(body, RunOptions, "command"), .. body.Maybe("command") switch
        {
            // One word is a command line, as for a shell; what follows -- is executed as it is.
            { ValueKind: JsonValueKind.String } line when line.GetString() is { } text && !text.StartsWith('-') => new[] { text },
            { ValueKind: JsonValueKind.Array } words => ["--", .. words.EnumerateArray().Select(word => word.ValueKind == JsonValueKind.String ? word.GetString()! : throw new BadRequestException("a word of 'command' is no text"))],
            _ => throw new BadRequestException("'command' is a command line, or an array of words"),
        }]);
    }
}
