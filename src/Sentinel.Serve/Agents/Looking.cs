using System.Text.Json.Nodes;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Model.Policy;
using Sentinel.Rendering;
using Sentinel.Serve.Links;
using Sentinel.Serve.Routes;

namespace Sentinel.Serve.Agents;

/// <summary>The tools that look.</summary>
internal sealed class Looking(Workplace place)
{
    private const int UsualLines = 80, MostLines = 1000, LinesOfARun = 20, MostRuns = 3;

    // Bytes of an answer of logs that are not its lines.
    private const int Overhead = 300;

    public async Task<JsonObject> Status(ToolCall call)
    {
        var folder = call.Text("folder") is null ? place.Agent.Folder : place.FolderOf(call);
        var project = await place.ProjectAt(folder, call.Gone);
        var all = await place.Processes(call.Gone);
        var names = call.Texts("names");
        var answer = new JsonObject();
        if (project?.Project is { } found)
            answer["project"] = new JsonObject { ["name"] = project.Name, ["folder"] = found.Folder };
        var rows = new JsonArray();
        answer["processes"] = rows;
        // Those of the agent first: the end of a long list may be cut.
        foreach (var process in all.Where(process => names is null || names.Any(name => Has(process, name, project?.Name)))
            .OrderBy(process => place.Agent.MayTouch(process, project?.Name) ? 0 : 1))
        {
            var row = place.Row(process, project?.Name);
            if (row["why"] is not null && await place.LastWords(process, 1, onlyErrors: true, call.Gone) is [{ } last])
                row["lastError"] = last.DeepClone();
            rows.Add((JsonNode)row);
        }

        if (folder is not null && project is null && File.Exists(Path.Combine(folder, "sentinel.toml")))
            answer["next"] = "sentinel.toml describes processes that are not registered yet: 'up' starts them";
        return answer;
    }

    public async Task<JsonObject> Logs(ToolCall call)
    {
        var (names, _) = await place.Named(call);
        var pattern = PatternOf(call);
        var limit = Math.Max(1, call.Number("lines", UsualLines, MostLines));
        using var parts = place.LogsOf(names);
        parts.Limit(LogRoutes.Time("since", call.Text("since")), until: null);
        var after = Cursor(call, "after");
        // Of what is new, what was written last matters most.
        var page = parts.Previous(Cursor(call, "before"), limit, pattern);
        if (after is not null)
            page = page with { Lines = [.. page.Lines.Where(line => line.Position >= (after[line.Process.Id, line.Log.Stream] ?? 0))] };
        var hidings = new Dictionary<string, Func<string, string>>();
        foreach (var name in parts.All.Select(part => part.Process.Spec.Name).Distinct())
            hidings[name] = await place.Masking(name, call.Gone);
        // The newest that there is room for; the cursor leads to the rest.
        var (room, kept) = (MostOf(call) - Overhead, new List<(ReadLine Line, string Text)>());
        foreach (var line in page.Lines.Reverse())
        {
            var text = hidings[line.Process.Spec.Name](Workplace.Shown(line));
            if (hidings.Count > 1)
                text = $"{line.Process.Spec.Name}: {text}";
            room -= Bounds.Text(JsonValue.Create(text)).Length + 1;
            if (room < 0 && kept.Count > 0)
                break;
            kept.Insert(0, (line, text));
        }

        var before = page.Before;
        foreach (var left in page.Lines.SkipLast(kept.Count).GroupBy(line => line.Log).Select(of => of.Last()))
            before.Set(left.Process.Id, left.Log.Stream, left.End);
        var answer = new JsonObject { ["untrustedOutput"] = Workplace.Lines(kept.Select(line => line.Text)), ["after"] = page.After.ToString() };
        var isAll = after is null ? parts.IsStart(before) : kept.Count == page.Lines.Count && page.Lines.Count < limit;
        if (!isAll)
            answer["before"] = before.ToString();
        return answer;
    }

    public async Task<JsonObject> Why(ToolCall call)
    {
        var (names, project) = await place.Named(call, call.Text("name")!);
        var name = names[0];
        var found = await place.Ask<Answer.Stories>(new Query.Stories(new Selection.Named([name]), LinesOfARun), call.Gone);
        var story = found.All.FirstOrDefault() ?? throw new NotFoundException(found.Missing.OfType<Outcome.Failed>().FirstOrDefault()?.Why ?? $"there is no process {name}");
        var hide = await place.Masking(story.Process.Name, call.Gone);
        var answer = new JsonObject { ["process"] = place.Row(story.Process, project) };
        if (story.Cause is { } cause)
            answer["cause"] = cause;
        answer["next"] = story.Next;
        if (story.Ports.Where(port => port is { IsOwn: false, Listener: not null }).ToList() is { Count: > 0 } held)
            answer["portsHeld"] = new JsonArray([.. held.Select(port => (JsonNode)$"{port.Port}: {port.Listener}")]);
        answer["runs"] = new JsonArray(
        [
            .. story.Runs.TakeLast(MostRuns).Select(run => (JsonNode)new JsonObject
            {
                ["end"] = RunInfo.From(run.End.Run).Text,
                ["untrustedOutput"] = Workplace.Lines((run.Stderr.Count > 0 ? run.Stderr : run.Stdout).Select(hide)),
            }),
        ]);
        if (story.Process.IsUp || story.Runs.Count == 0)
            answer["untrustedOutput"] = place.LastWords(story, LinesOfARun, onlyErrors: false, hide);
        return answer;
    }

    /// <summary>How many bytes of JSON an answer of <c>logs</c> may have: more than usual only if more lines are asked for than usual.</summary>
    public static int MostOf(ToolCall call) => Math.Max(1, call.Number("lines", UsualLines, MostLines) / UsualLines) * Bounds.Usual;

    private static bool Has(ProcessInfo process, string name, string? project) =>
        Workplace.IsCalled(process, name) || (project is not null && Workplace.IsCalled(process, $"{project}/{name}"));

    private static LogCursor? Cursor(ToolCall call, string name) => call.Text(name) is { } text ? LogRoutes.Cursor(text) : null;

    private static LogPattern? PatternOf(ToolCall call) => (call.Text("grep"), call.Text("level")) switch
    {
        (var expression, null) => LogRoutes.Pattern(expression),
        (null, { } level) => LogRoutes.Pattern(Level(level)),
        _ => throw new BadRequestException("'grep' and 'level' are for different calls: use one of them"),
    };

    // As programs write it: in words, and as a field of JSON.
    private static string Level(string level) => level switch
    {
        "error" => "(?i)\\b(error|err|fatal|panic|critical|exception|traceback|failed)\\b",
        "warn" => "(?i)\\b(warn|warning|error|err|fatal|panic|critical|exception|traceback|failed)\\b",
        _ => throw new BadRequestException("'level' is warn or error"),
    };
}
