using System.Text;
using System.Text.Json;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Logs;
using Sentinel.Core.Projects;

namespace Sentinel.Rendering;

/// <summary>What <c>--json</c> prints; most parts of it also go over the socket. See docs/json.md.</summary>
internal static class Documents
{
    private const int SchemaVersion = 1;

    /// <summary>What <c>list</c> and <c>status</c> print.</summary>
    public static byte[] Of(Answer.Processes answer, IEnumerable<Outcome.Restarted> restarts, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("processes", answer.All, process => ProcessDocument.Write(json, process));
        json.WriteObjects("autoRestarted", restarts, restarted =>
        {
            json.WriteNumber("id", restarted.Process.Id);
            json.WriteString("name", restarted.Process.Name);
            json.WriteOrNull("oldPid", restarted.OldPid);
            json.WriteOrNull("newPid", restarted.Process.Pid);
        });
        json.WriteTexts("warnings", warnings);
        json.WriteNumber("lastEvent", answer.LastEvent);
    });

    /// <summary>What every command that changes something prints.</summary>
    public static byte[] Of(IEnumerable<Outcome> outcomes, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("results", outcomes, outcome => OutcomeDocument.Write(json, outcome));
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>hook list</c> prints.</summary>
    public static byte[] Of(IEnumerable<HookLine> hooks, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("hooks", hooks, hook => HookList.Write(json, hook));
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>cron list</c> prints.</summary>
    public static byte[] Of(IEnumerable<ScheduleLine> schedules, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("schedules", schedules, schedule => ScheduleList.Write(json, schedule));
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>group list</c> prints.</summary>
    public static byte[] Of(IEnumerable<GroupInfo> groups, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("groups", groups, group => GroupInfoDocument.Write(json, group));
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>port list</c> prints.</summary>
    public static byte[] Of(IEnumerable<PortInfo> ports, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteArray("ports", ports, port => PortDocument.Write(json, port));
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>env</c> prints.</summary>
    public static byte[] Of(EnvironmentInfo environment, IReadOnlyList<string> warnings) => Written(json =>
    {
        EnvironmentDocument.Write(json, environment);
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>doctor</c> prints.</summary>
    public static byte[] Of(IReadOnlyCollection<Finding> findings, IReadOnlyList<string> warnings) => Written(json =>
    {
        FindingDocument.Write(json, findings);
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What the <c>daemon</c> commands print.</summary>
    /// <param name="status">Null: no daemon is running.</param>
    /// <param name="stopped">The pid of the daemon that ran until now.</param>
    public static byte[] Of(DaemonStatus? status, int? stopped) => Written(json => DaemonDocument.Write(json, status, stopped));

    /// <summary>What <c>why</c> prints.</summary>
    public static byte[] Of(IEnumerable<Story> stories, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteObjects("processes", stories, story =>
        {
            json.WriteNumber("id", story.Process.Id);
            json.WriteString("name", story.Process.Name);
            json.WriteString("state", story.Process.State);
            json.WriteString("since", story.Process.Since);
            json.WriteOrNull("cause", story.Cause);
            json.WriteObjectOrNull("said", story.Said, SaidDocument.Write);
            json.WriteObjectOrNull("health", story.Process.Health, ProcessDocument.Write);
            WaitsForDocument.Write(json, story.Process.WaitsFor);
            PresentDocument.Write(json, story);
            json.WriteString("next", story.Next);
            json.WriteOrNull("restartDue", story.Process.RestartDue);
            json.WriteNumber("restarts", story.Process.Restarts);
            json.WriteNumber("endedRuns", story.Ends);
            json.WriteOrNull("knownSince", story.KnownSince);
            json.WriteObjects("lastRuns", story.Runs, run =>
            {
                json.WriteObjectOrNull("run", RunInfo.From(run.End.Run), ProcessDocument.Write);
                json.WriteNumber("livedSeconds", Math.Round((run.End.Run.EndedAt - run.End.Run.StartedAt).TotalSeconds, 3));
                json.WriteBoolean("stoppedByUser", run.End.ByUser);
                json.WriteArrayOrNull("stderrLines", run.IsKept ? run.Stderr : null, json.WriteStringValue);
                json.WriteTexts("stdoutLines", run.Stdout);
            });
        });
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>startup</c> prints.</summary>
    /// <param name="path">Where it was written, or removed; null: nowhere.</param>
    public static byte[] Of(string kind, string name, IReadOnlyList<string> command, string content, string? path, bool isInstalled, IReadOnlyList<string> warnings) => Written(json =>
    {
        json.WriteString("kind", kind);
        json.WriteString("name", name);
        json.WriteTexts("command", command);
        json.WriteString("content", content);
        json.WriteOrNull("path", path);
        json.WriteBoolean("installed", isInstalled);
        json.WriteTexts("warnings", warnings);
    });

    /// <summary>What <c>check</c> prints.</summary>
    public static byte[] Of(ProjectRead read, IEnumerable<Problem> warnings) => Written(json =>
    {
        json.WriteOrNull("project", read.Project?.Name);
        json.WriteOrNull("processes", read.Project?.Processes.Count);
        json.WriteArray("problems", read.Problems, problem => ProjectDocument.Write(json, problem));
        json.WriteArray("warnings", warnings, problem => ProjectDocument.Write(json, problem));
    });

    /// <summary>What <c>graph</c> prints.</summary>
    public static byte[] Of(ProjectGraph graph) => Written(json => GraphText.Write(json, graph));

    /// <summary>What <c>config</c> prints.</summary>
    public static byte[] Of(Project project, IEnumerable<ProjectProcess> shown) => Written(json => ProjectDocument.Write(json, project, shown));

    /// <summary>A line that <c>logs</c> prints.</summary>
    /// <param name="time">When it was written; null: not known.</param>
    public static byte[] Of(LogFile log, LogLine line, DateTimeOffset? time)
    {
        var shown = Encoding.UTF8.GetString(ShownText.Of(line.Text).Span);
        return JsonFields.Object(JsonFields.Relaxed, json => Write(json, log, line.Position, shown, time));
    }

    /// <summary>The same as properties of the current object.</summary>
    /// <param name="text">What is shown of it.</param>
    public static void Write(Utf8JsonWriter json, LogFile log, long position, string text, DateTimeOffset? time)
    {
        json.WriteString("process", log.Process);
        json.WriteString("stream", log.Stream.Word());
        json.WriteNumber("position", position);
        json.WriteString("text", text);
        json.WriteOrNull("time", time);
    }

    /// <summary>What a command prints that was carried out on several machines.</summary>
    /// <param name="hosts">Each with its exit code, the document that it printed there, and why it could not be done there.</param>
    public static byte[] Of(IEnumerable<(string Host, int ExitCode, JsonElement? Output, string? Why)> hosts) => Written(json => json.WriteObjects("hosts", hosts, host =>
    {
        json.WriteString("host", host.Host);
        json.WriteNumber("exitCode", host.ExitCode);
        json.WriteOrNull("output", host.Output);
        json.WriteOrNull("error", host.Why);
    }));

    internal static byte[] Written(Action<Utf8JsonWriter> write) => JsonFields.Object(JsonFields.Relaxed with { Indented = true }, json =>
    {
        json.WriteNumber("schemaVersion", SchemaVersion);
        write(json);
    });
}
