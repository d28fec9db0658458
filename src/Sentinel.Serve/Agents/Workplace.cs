using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Sockets;
using Sentinel.Model.Policy;
using Sentinel.Rendering;
using Sentinel.Serve.Links;
using Sentinel.Serve.Routes;

namespace Sentinel.Serve.Agents;

/// <summary>What an agent's tools are made from: what runs, what it wrote, and the commands that change it.</summary>
internal sealed class Workplace(ServeOptions options, DaemonLink daemon, CommandLink commands, StateLink state, Agent agent)
{
    private const int LongestLine = 400;
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(5);

    // Shorter values are in other texts by chance.
    private const int ShortestSecret = 6;

    public Agent Agent => agent;

    /// <summary>Asks the daemon; one is started if none runs.</summary>
    public async Task<TAnswer> Ask<TAnswer>(Query query, CancellationToken gone)
        where TAnswer : Answer
    {
        try
        {
            return await daemon.Ask<TAnswer>(query, gone);
        }
        catch (DaemonGoneException)
        {
            await commands.Run(["daemon", "start"], folder: null, gone);
            return await daemon.Ask<TAnswer>(query, gone);
        }
    }

    public async Task<IReadOnlyList<ProcessInfo>> Processes(CancellationToken gone) => (await Ask<Answer.Processes>(new Query.Processes(new Selection.All()), gone)).All;

    /// <summary>Where a call works.</summary>
    /// <exception cref="BadRequestException">It does not say where, and neither did the client; or there is no such folder.</exception>
    public string FolderOf(ToolCall call)
    {
        var folder = call.Text("folder") is { } given ? Path.GetFullPath(given, agent.Folder ?? "/")
            : agent.Folder ?? throw new BadRequestException("'folder' is missing: the folder to work in, as a whole path");
        return Directory.Exists(folder) ? folder : throw new BadRequestException($"there is no folder {folder}");
    }

    /// <summary>The project whose folder this is, or is in; null: none is known there.</summary>
    public async Task<GroupInfo?> ProjectAt(string? folder, CancellationToken gone) => folder is null ? null
        : (await Ask<Answer.Groups>(new Query.Groups(null), gone)).All
            .Where(group => group.Project is { } project && $"{folder.TrimEnd('/')}/".StartsWith($"{project.Folder.TrimEnd('/')}/", StringComparison.Ordinal))
            .MaxBy(group => group.Project!.Folder.Length);

    // A process may be called without its project.
    private string NameOf(string name, string? project) =>
        project is not null && state.Read() is var known && !known.Called(name).Any() && known.Called($"{project}/{name}").Any() ? $"{project}/{name}" : name;

    /// <summary>The whole names of the processes that a call is about, and the project that the agent works on.</summary>
    /// <param name="only">The one that it names; null: those in <c>names</c>.</param>
    public async Task<(IReadOnlyList<string> Names, string? Project)> Named(ToolCall call, string? only = null)
    {
        var project = (await ProjectAt(agent.Folder, call.Gone))?.Name;
        return ([.. (only is null ? call.Texts("names")! : [only]).Select(name => NameOf(name, project))], project);
    }

    /// <summary>Whether a name is that of a process, or of the set that it is of.</summary>
    public static bool IsCalled(ProcessInfo process, string name) => process.Name == name || process.Set == name;

    /// <summary>Runs a command that prints JSON, and tells the client meanwhile how long it takes.</summary>
    /// <returns>Its exit code, what it printed, and what it said.</returns>
    public async Task<(int ExitCode, JsonElement? Document, string Told)> Run(ToolCall call, string? folder, IEnumerable<string> arguments)
    {
        var begun = Stopwatch.GetTimestamp();
        var work = commands.Run(arguments, folder, call.Gone);
        while (await Task.WhenAny(work, Task.Delay(TellInterval, call.Gone)) != work && !call.Gone.IsCancellationRequested)
            call.Tell($"{arguments.First()}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
        var result = await work;
        if (result.Json.Length == 0)
            return (result.ExitCode, null, Commands.Message(result));
        using var document = JsonDocument.Parse(result.Json);
        return (result.ExitCode, document.RootElement.Clone(), Commands.Message(result));
    }

    /// <summary>What an agent wants to know of a process at a glance: only what there is to say.</summary>
    /// <param name="project">The project that the agent works on; null: none.</param>
    public JsonObject Row(ProcessInfo process, string? project)
    {
        var row = new JsonObject { ["name"] = process.Name, ["state"] = process.Health is { Status: "unhealthy" } ? "unhealthy" : process.State };
        if (process.IsUp && process.UptimeSeconds is { } seconds)
            row["upSeconds"] = (long)seconds;
        if (process.Url is { } url)
            row["url"] = url;
        if (process.Ports.Count > 0)
            row["ports"] = new JsonArray([.. process.Ports.Select(port => (JsonNode)port.Port)]);
        if (process.WaitsFor.Count > 0)
            row["waitsFor"] = new JsonArray([.. process.WaitsFor.Select(other => (JsonNode)$"{other.Name} {other.Until}: {other.Why}")]);
        if (Why(process) is { } why)
            row["why"] = why;
        row["owner"] = agent.OwnerOf(process, project);
        return row;
    }

    /// <summary>The last lines that a process wrote in its last run, the errors if there are any.</summary>
    public async Task<JsonArray> LastWords(ProcessInfo process, int lines, bool onlyErrors, CancellationToken gone)
    {
        var found = await Ask<Answer.Stories>(new Query.Stories(new Selection.Named([process.Name]), lines), gone);
        return found.All is [var story, ..] ? LastWords(story with { Process = process }, lines, onlyErrors, await Masking(process.Name, gone)) : [];
    }

    /// <inheritdoc cref="LastWords(ProcessInfo, int, bool, CancellationToken)"/>
    /// <param name="hide">Makes what is secret stars.</param>
    public JsonArray LastWords(Story story, int lines, bool onlyErrors, Func<string, string> hide)
    {
        var (process, last) = (story.Process, story.Runs.LastOrDefault());
        if (!process.IsUp && last is not null)
            return Lines((last.Stderr.Count > 0 || onlyErrors ? last.Stderr : last.Stdout).Select(hide));
        using var parts = LogsOf([process.Name]);
        // What was written before belongs to the run before.
        var found = parts.Previous(null, lines, pattern: null).Lines.Where(line => line.Position >= (last?.End.Logs.Of(line.Log.Stream) ?? 0)).ToList();
        return Lines((onlyErrors || found.Exists(IsError) ? found.Where(IsError) : found).Select(line => hide(Shown(line))));

        static bool IsError(ReadLine line) => line.Log.Stream == LogStream.Stderr;
    }

    /// <summary>Replaces the values of variables that look secret, as a process has them, by stars.</summary>
    public async Task<Func<string, string>> Masking(string name, CancellationToken gone)
    {
        var values = (await Ask<Answer.Environment>(new Query.Environment(name, WithValues: true), gone)).Of?.Variables
            .Where(variable => variable.Value is { Length: >= ShortestSecret } && Secrets.IsSecret(variable.Name, variable.Value)).Select(variable => variable.Value!).ToList() ?? [];
        return text => values.Aggregate(text, (shown, value) => shown.Replace(value, "***", StringComparison.Ordinal));
    }

    /// <summary>A line as a terminal would show it, without colours.</summary>
    public static string Shown(ReadLine line)
    {
        var shown = ShownText.Cut(ShownText.Of(line.Bytes), LongestLine, out var left);
        return Encoding.UTF8.GetString(shown.Span) + ShownText.Rest(left);
    }

    /// <summary>Lines as a list, of which those that are repeated are one.</summary>
    public static JsonArray Lines(IEnumerable<string> lines)
    {
        var all = new List<(string Text, int Count)>();
        foreach (var line in lines)
            if (all.Count > 0 && all[^1].Text == line)
                all[^1] = (line, all[^1].Count + 1);
            else
                all.Add((line, 1));
        return new JsonArray([.. all.Select(line => (JsonNode)(line.Count == 1 ? line.Text : $"{line.Text} (×{line.Count})"))]);
    }

    /// <summary>The logs of processes, in the order in which they were written.</summary>
    public LogParts LogsOf(IReadOnlyList<string> names) => new(LogRoutes.LogsOf(state.Read(), options.Home, names), new LogFiles());

    private static string? Why(ProcessInfo process) =>
        process.Health is { Status: "unhealthy", Why: { } sick } ? sick
        : process.IsUnready ? process.Readiness?.Why ?? process.Says
        : process.IsUp || process.State is "done" or "waiting" ? null
        : process.LeaseEnded ?? process.FailedBecause ?? (process.State == "stopped" ? null : process.LastRun?.Text);
}
