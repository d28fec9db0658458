using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Serve.Routes;

namespace Sentinel.Serve.Agents;

/// <summary>The tools that change something, and the one that waits.</summary>
internal sealed class Doing(Workplace place)
{
    private const int UsualWait = 60, LongestWait = 120, LinesOfFailure = 20;
    private const int TimedOut = 124;

    // A program that ends at once has to be told of as well where nothing says when it is ready.
    private const int ASecond = 1;

    public async Task<JsonObject> Run(ToolCall call)
    {
        var (name, folder) = (call.Text("name")!, place.FolderOf(call));
        string[] command = (call.Text("command"), call.Texts("args")) switch
        {
            (null, { Length: > 0 } words) => ["--", .. words],
            ({ Length: > 0 } line, null) when line[0] != '-' => [line],
            _ => throw new BadRequestException("'command' is a command line, as for a shell; or 'args' is a list of words that are executed as they are"),
        };
        var (keeps, timeout) = (call.Flag("keep"), Timeout(call));
        var project = await place.ProjectAt(folder, call.Gone);
        var before = Find(await place.Processes(call.Gone), name);
        if (before is { IsUp: false, Lease: { Session: not null, Over: not null } } && !place.Agent.Runs(before))
            // Its session is over: nobody wants it any more.
            await place.Run(call, folder, ["delete", "--json", "--session", "", "--", name]);
        else if (before is not null && !place.Agent.Runs(before))
            return Taken(before, command, folder, project?.Name);

        var (exitCode, document, told) = await place.Run(call, folder,
        [
            "run", "--json", call.Flag("replace") ? "--replace" : "--ensure", $"--name={name}",
            .. call.Pairs("env").Select(variable => $"--env={variable.Key}={variable.Value}"),
            .. (call.Texts("ports") ?? []).Select(port => $"--port={port}"),
            .. call.Text("ready_http") is { } address ? [$"--ready-http={address}"] : Array.Empty<string>(),
            .. keeps ? [] : place.Agent.Lease, .. command,
        ]);
        var result = document?.Maybe("results")?.EnumerateArray().FirstOrDefault();
        if (exitCode != 0)
        {
            var failed = Failed(result?.Maybe("code")?.GetString() ?? "failed", result?.Maybe("error")?.GetString() ?? told);
            if ((string?)failed["outcome"] == "different")
                failed["next"] = "If it is to be so from now on, call run again with replace true";
            return failed;
        }

        if (keeps)
            place.Agent.Keeps(result!.Value.Get("id").GetInt32());
        var condition = call.Text("wait_for") ?? (call.Text("ready_http") is not null ? "ready" : call.Texts("ports") is { Length: > 0 } ? "listening" : "running");
        var answer = await Reached(call, [name], condition, timeout, project?.Name);
        answer["outcome"] = (bool)answer["reached"]! && result?.Maybe("outcome")?.GetString() is { } outcome ? outcome : (bool?)answer["pending"] == true ? "pending" : "failed";
        return answer;
    }

    public async Task<JsonObject> Wait(ToolCall call)
    {
        var (names, project) = await place.Named(call);
        return await Reached(call, names, call.Text("for") ?? "ready", Timeout(call), project);
    }

    public async Task<JsonObject> Up(ToolCall call)
    {
        var folder = place.FolderOf(call);
        var (timeout, begun) = (Timeout(call), Stopwatch.GetTimestamp());
        var (exitCode, document, told) = await place.Run(call, folder,
        [
            "up", "--json", Invariant($"--timeout={timeout}"), .. (call.Texts("profiles") ?? []).Select(profile => $"--profile={profile}"),
            .. call.Flag("keep") ? [] : place.Agent.Lease, "--", .. call.Texts("names") ?? [],
        ]);
        if (document is null)
            return Failed("failed", told);
        var project = await place.ProjectAt(folder, call.Gone);
        var isLate = Stopwatch.GetElapsedTime(begun).TotalSeconds >= timeout;
        var answer = new JsonObject { ["ready"] = exitCode == 0 };
        if (exitCode != 0 && isLate)
            answer["pending"] = true;
        answer["processes"] = await Rows(call, document.Value.Get("results"), project?.Name);
        answer["next"] = exitCode == 0 ? "All is ready"
            : isLate ? "Call up again to wait on; nothing is started twice"
            : "Mend what failed; then call up again: what is ready stays";
        return answer;
    }

    public async Task<JsonObject> Down(ToolCall call)
    {
        var (_, document, told) = await place.Run(call, place.FolderOf(call), ["down", "--json", "--", .. call.Texts("names") ?? []]);
        return document is { } done ? new JsonObject { ["results"] = Results(done) } : Failed("failed", told);
    }

    public async Task<JsonObject> Stop(ToolCall call)
    {
        var (names, project) = await place.Named(call);
        return await Change(call, ["stop", "--json", "--session", ""], names, project);
    }

    public async Task<JsonObject> Restart(ToolCall call)
    {
        var (names, project) = await place.Named(call);
        var answer = await Change(call, ["restart", "--json", "--session", "", "--wait"], names, project);
        if (answer["results"] is null)
            return answer;
        var (all, rows) = (await place.Processes(call.Gone), new JsonArray());
        foreach (var process in names.Select(name => Find(all, name)).OfType<ProcessInfo>())
            rows.Add((JsonNode)await Row(call, process, isFailed: !process.IsUp, project));
        answer["processes"] = rows;
        return answer;
    }

    public async Task<JsonObject> Apply(ToolCall call)
    {
        var isPlan = call.Flag("dry_run", otherwise: true);
        var (exitCode, document, told) = await place.Run(call, place.FolderOf(call), [isPlan ? "plan" : "apply", "--json", .. place.Agent.Lease]);
        if (document is not { } found)
            return Failed("failed", told);
        if (!isPlan)
            return new JsonObject { ["applied"] = exitCode == 0, ["results"] = Results(found) };
        var changes = new JsonArray();
        foreach (var step in found.Get("steps").EnumerateArray().Where(step => step.Text("step") != "same"))
            changes.Add(JsonNode.Parse(step.GetRawText()));
        return new JsonObject { ["applied"] = false, ["changes"] = changes, ["next"] = changes.Count == 0 ? "Nothing would change" : "Call apply with dry_run false to change it" };
    }

    private static int Timeout(ToolCall call) => call.Number("timeout_s", UsualWait, LongestWait);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Failed(string outcome, string why) => new() { ["outcome"] = outcome, ["why"] = why };

    private static ProcessInfo? Find(IEnumerable<ProcessInfo> all, string name) => all.FirstOrDefault(process => Workplace.IsCalled(process, name));

    // What others run is seen, and not touched.
    private JsonObject Taken(ProcessInfo other, string[] command, string folder, string? project)
    {
        var isSame = other.WorkingDirectory == folder && (command[0] == "--" ? other.Arguments.SequenceEqual(command[1..]) : other.Command == command[0]);
        return new JsonObject
        {
            ["outcome"] = isSame && other.IsUp ? "already-running" : "name-taken",
            ["why"] = isSame && other.IsUp ? $"it belongs to {Whose(other)}, and stays"
                : $"the name belongs to a process of {Whose(other)} ({other.State}: {other.Command}, in {other.WorkingDirectory}), which is left alone; choose another name",
            ["processes"] = new JsonArray((JsonNode)place.Row(other, project)),
        };
    }

    private string Whose(ProcessInfo process) => place.Agent.OwnerOf(process, project: null) is "user" ? "the user" : $"another agent, session {process.Lease?.Session}";

    private async Task<JsonObject> Change(ToolCall call, IEnumerable<string> command, IReadOnlyList<string> names, string? project)
    {
        var all = await place.Processes(call.Gone);
        if (!call.Flag("force") && names.Select(name => Find(all, name)).FirstOrDefault(process => process is not null && !place.Agent.MayTouch(process, project)) is { } other)
            return Failed("refused", $"{other.Name} belongs to {Whose(other)}, and neither to this session nor to the project here; nothing was done. If the user wants it, call again with force true");
        var (_, document, told) = await place.Run(call, place.Agent.Folder, [.. command, "--", .. names]);
        return document is { } done ? new JsonObject { ["results"] = Results(done) } : Failed("failed", told);
    }

    // Waits until it is so, cannot be so any more, or the time is over.
    private async Task<JsonObject> Reached(ToolCall call, IReadOnlyList<string> names, string condition, int timeout, string? project)
    {
        var isGrace = condition == "running";
        var (exitCode, _, told) = await place.Run(call, place.Agent.Folder,
        [
            "wait", "--json", "--session", "", condition switch
            {
                "listening" => "--port",
                "exit" or "running" => "--for=exited",
                "ready" or "healthy" or "done" or "stopped" => $"--for={condition}",
                _ when condition.StartsWith("log:", StringComparison.Ordinal) || condition.StartsWith("file:", StringComparison.Ordinal) => $"--for={condition}",
                _ => throw new BadRequestException($"'{condition}' is nothing to wait for: there are ready, listening, exit, done, healthy, stopped, log:REGEX and file:PATH"),
            },
            Invariant($"--timeout={(isGrace ? Math.Min(ASecond, timeout) : timeout)}"), "--", .. names,
        ]);
        var isReached = isGrace ? exitCode == TimedOut : condition == "exit" ? exitCode != TimedOut : exitCode == 0;
        var isPending = !isReached && exitCode == TimedOut;
        var answer = new JsonObject { ["reached"] = isReached };
        var all = await place.Processes(call.Gone);
        var rows = new JsonArray();
        foreach (var process in all.Where(process => names.Any(name => Workplace.IsCalled(process, name))))
            rows.Add((JsonNode)await Row(call, process, isFailed: !isReached || condition == "exit", project));
        if (rows.Count == 0)
            throw new NotFoundException(told.Length > 0 ? told : $"there is no process {names[0]}");
        if (isPending)
        {
            answer["pending"] = true;
            answer["next"] = $"It is not so yet. Call wait with names {Bounds.Text(new JsonArray([.. names.Select(name => (JsonNode)name)]))} and for \"{condition}\" to wait on";
        }
        else if (!isReached)
        {
            answer["why"] = isGrace ? "it ended at once" : told;
        }

        answer["processes"] = rows;
        return answer;
    }

    private async Task<JsonArray> Rows(ToolCall call, JsonElement results, string? project)
    {
        var all = (await place.Processes(call.Gone)).ToDictionary(process => process.Id);
        var rows = new JsonArray();
        // What failed first, and each once, whatever was done to it.
        foreach (var result in results.EnumerateArray().OrderBy(result => result.Get("ok").GetBoolean()).DistinctBy(result => result.Maybe("id")?.GetInt32().ToString(CultureInfo.InvariantCulture) ?? result.Text("target")))
        {
            var isOk = result.Get("ok").GetBoolean();
            if (result.Maybe("id") is { } id && all.TryGetValue(id.GetInt32(), out var process))
            {
                var row = await Row(call, process, !isOk, project);
                if (!isOk)
                    row["why"] = result.Maybe("error")?.GetString();
                rows.Add((JsonNode)row);
            }
            else
            {
                rows.Add((JsonNode)new JsonObject { ["name"] = result.Text("target"), ["why"] = result.Maybe("error")?.GetString() });
            }
        }

        return rows;
    }

    private async Task<JsonObject> Row(ToolCall call, ProcessInfo process, bool isFailed, string? project)
    {
        var row = place.Row(process, project);
        if (isFailed && process.Run > 0 && await place.LastWords(process, LinesOfFailure, onlyErrors: false, call.Gone) is { Count: > 0 } words)
            row["untrustedOutput"] = words;
        return row;
    }

    private static JsonArray Results(JsonElement document) => new(
    [
        .. document.Get("results").EnumerateArray().Select(result =>
        {
            var one = new JsonObject { ["name"] = result.Maybe("name")?.GetString() ?? result.Text("target"), ["outcome"] = result.Text("outcome") };
            if (result.Maybe("error")?.GetString() is { } why)
                one["why"] = why;
            foreach (var key in (string[])["pid", "oldPid"])
                if (result.Maybe(key) is { } pid)
                    one[key] = pid.GetInt32();
            return (JsonNode)one;
        }),
    ]);
}
