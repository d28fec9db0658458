using System.Text.Json;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Api.Wire;

/// <summary>Requests as they go over the socket.</summary>
public static class RequestDocument
{
    private const string RestartNoGap = "restart-no-gap";

    public static string WordOf(Request request) => request switch
    {
        Request.Run => "run",
        Request.Scale => "scale",
        Request.ChangeSpecs => "change",
        Request.Start => "start",
        Request.Stop => "stop",
        // A daemon that does not know it refuses it, and has then done nothing.
        Request.Restart { Way: RestartWay.NoGap } => RestartNoGap,
        Request.Restart => "restart",
        Request.Delete => "delete",
        Request.Clean => "clean",
        Request.Reset => "reset",
        Request.Trigger => "trigger",
        Request.Signal => "signal",
        Request.Apply => "apply",
        Request.AddHook => "add-hook",
        Request.DeleteHooks => "delete-hooks",
        Request.CreateGroup => "create-group",
        Request.ChangeGroup => "change-group",
        Request.DeleteGroup => "delete-group",
        Request.AddToGroup => "add-to-group",
        Request.RemoveFromGroup => "remove-from-group",
        Request.AllocatePort => "allocate-port",
        Request.FreePorts => "free-ports",
        Request.RotateLogs => "rotate-logs",
        Request.ClearLogs => "clear-logs",
        Request.EndLeases => "end-leases",
        Request.RestartDue => "restart-due",
        _ => throw new NotSupportedException(request.GetType().Name),
    };

    public static void Write(Utf8JsonWriter json, Request request)
    {
        switch (request)
        {
            case Request.Run { What: var run }:
                SpecDocument.Write(json, "spec", run.Spec);
                if (run.Instances is { } instances)
                    json.WriteNumber("instances", instances);
                json.WriteBoolean("isNamed", run.IsNamed);
                if (run.IfTaken != IfTaken.Refuse)
                    json.WriteString("ifTaken", run.IfTaken.Word());
                Write(json, run.Environment);
                if (run.Origin is { } origin)
                    LeaseDocument.Write(json, origin);
                if (run.Surroundings is { } surroundings)
                    json.WriteString("surroundings", surroundings);
                break;
            case Request.Scale scale:
                json.WriteString("set", scale.Set);
                json.WriteNumber("count", scale.Count);
                json.WriteBoolean("relative", scale.IsRelative);
                break;
            case Request.ChangeSpecs { Changes: var changes }:
                json.WriteObjects("changes", changes, change =>
                {
                    json.WriteNumber("id", change.Id);
                    SpecDocument.Write(json, "before", change.Before);
                    SpecDocument.Write(json, "after", change.After);
                });
                break;
            case Request.Start start:
                Write(json, start.Selection);
                Write(json, start.Renewal);
                if (start.IsAlone)
                    json.WriteBoolean("alone", true);
                break;
            case Request.Stop stop:
                Write(json, stop.Selection);
                Write(json, stop.Options);
                if (stop.WithDependents)
                    json.WriteBoolean("withDependents", true);
                break;
            case Request.Restart restart:
                Write(json, restart.Selection);
                Write(json, restart.Options);
                Write(json, restart.Renewal);
                json.WriteBoolean("rolling", restart.Way == RestartWay.Rolling);
                break;
            case Request.Delete delete:
                Write(json, delete.Selection);
                Write(json, delete.Options);
                json.WriteBoolean("withLogs", delete.WithLogs);
                json.WriteBoolean("ifExists", delete.IfExists);
                break;
            case Request.Clean clean:
                json.WriteBoolean("withLogs", clean.WithLogs);
                break;
            case Request.Reset reset:
                Write(json, reset.Selection);
                break;
            case Request.Trigger trigger:
                Write(json, trigger.Selection);
                break;
            case Request.Signal signal:
                Write(json, signal.Selection);
                json.WriteNumber("signal", signal.Number);
                json.WriteBoolean("tree", signal.IsTree);
                break;
            case Request.Apply apply:
                ProjectDocument.Write(json, apply);
                break;
            case Request.AddHook { Hook: var hook }:
                json.WritePropertyName("hook");
                HookDocument.Write(json, hook);
                break;
            case Request.DeleteHooks deleting:
                json.WriteTexts("names", deleting.Names);
                break;
            case Request.CreateGroup { Group: var group }:
                json.WritePropertyName("group");
                GroupDocument.Write(json, group);
                break;
            case Request.ChangeGroup { Change: var change } changing:
                json.WriteString("group", changing.Group);
                json.WriteBase64String("variables", change.Set.Bytes.Span);
                json.WriteTexts("unset", change.Unset);
                if (change.EnvironmentFiles is { } files)
                    json.WriteTexts("environmentFiles", files);
                break;
            case Request.DeleteGroup unwanted:
                json.WriteString("group", unwanted.Group);
                break;
            case Request.AddToGroup add:
                json.WriteString("group", add.Group);
                Write(json, add.Selection);
                break;
            case Request.RemoveFromGroup remove:
                json.WriteString("group", remove.Group);
                Write(json, remove.Selection);
                break;
            case Request.AllocatePort allocate:
                json.WriteString("name", allocate.Name);
                if (allocate.Port is { } port)
                    json.WriteNumber("port", port);
                break;
            case Request.FreePorts free:
                json.WriteTexts("targets", free.Targets);
                break;
            case Request.RotateLogs rotate:
                Write(json, rotate.Selection);
                break;
            case Request.ClearLogs clear:
                Write(json, clear.Selection);
                json.WriteOrNull("stream", clear.Stream?.Word());
                break;
            case Request.EndLeases { Session: { } session }:
                json.WriteString("session", session);
                break;
        }
    }

    public static Request Read(JsonElement json, string word) => word switch
    {
        "run" => new Request.Run(new RunRequest(
            SpecDocument.Read(json.Get("spec")),
            json.Get("isNamed").GetBoolean(),
            ReadEnvironment(json) ?? throw new JsonException("'environment' is missing"),
            json.Maybe("instances")?.GetInt32(),
            json.Maybe("origin") is { } origin ? LeaseDocument.ReadOrigin(origin) : null,
            json.Maybe("surroundings")?.GetString(),
            IfTakens.Parse(json.Maybe("ifTaken")?.GetString()))),
        "scale" => new Request.Scale(json.Text("set"), json.Get("count").GetInt32(), json.Get("relative").GetBoolean()),
        "change" => new Request.ChangeSpecs([.. json.Get("changes").EnumerateArray().Select(change =>
            new SpecChange(change.Get("id").GetInt32(), SpecDocument.Read(change.Get("before")), SpecDocument.Read(change.Get("after"))))]),
        "start" => new Request.Start(ReadSelection(json), ReadRenewal(json), json.Maybe("alone")?.GetBoolean() ?? false),
        "stop" => new Request.Stop(ReadSelection(json), ReadOptions(json), json.Maybe("withDependents")?.GetBoolean() ?? false),
        "restart" => new Request.Restart(ReadSelection(json), ReadOptions(json), ReadRenewal(json), json.Get("rolling").GetBoolean() ? RestartWay.Rolling : RestartWay.Together),
        RestartNoGap => new Request.Restart(ReadSelection(json), ReadOptions(json), ReadRenewal(json), RestartWay.NoGap),
        "delete" => new Request.Delete(
            ReadSelection(json), ReadOptions(json), json.Get("withLogs").GetBoolean(), json.Maybe("ifExists")?.GetBoolean() ?? false),
        "apply" => ProjectDocument.Read(json),
        "clean" => new Request.Clean(json.Get("withLogs").GetBoolean()),
        "trigger" => new Request.Trigger(ReadSelection(json)),
        "reset" => new Request.Reset(ReadSelection(json)),
        "signal" => new Request.Signal(ReadSelection(json), json.Get("signal").GetInt32(), json.Get("tree").GetBoolean()),
        "add-hook" => new Request.AddHook(HookDocument.Read(json.Get("hook"))),
        "delete-hooks" => new Request.DeleteHooks(json.Texts("names")),
        "create-group" => new Request.CreateGroup(GroupDocument.ReadGroup(json.Get("group"))),
        "change-group" => new Request.ChangeGroup(json.Text("group"), new GroupChange(
            SpecDocument.ReadVariables(json),
            json.Texts("unset"),
            json.Maybe("environmentFiles") is null ? null : json.Texts("environmentFiles"))),
        "delete-group" => new Request.DeleteGroup(json.Text("group")),
        "add-to-group" => new Request.AddToGroup(json.Text("group"), ReadSelection(json)),
        "remove-from-group" => new Request.RemoveFromGroup(json.Text("group"), ReadSelection(json)),
        "allocate-port" => new Request.AllocatePort(json.Maybe("port")?.GetInt32(), json.Text("name")),
        "free-ports" => new Request.FreePorts(json.Texts("targets")),
        "rotate-logs" => new Request.RotateLogs(ReadSelection(json)),
        "clear-logs" => new Request.ClearLogs(ReadSelection(json), json.Maybe("stream") is null ? null : LogPageDocument.ReadStream(json)),
        "end-leases" => new Request.EndLeases(json.Maybe("session")?.GetString()),
        "restart-due" => new Request.RestartDue(),
        _ => throw new JsonException($"there is no request '{word}'"),
    };

    public static void Write(Utf8JsonWriter json, Selection selection)
    {
        if (selection is Selection.Named named)
        {
            json.WriteTexts("targets", named.Targets);
            if (named.Folder is { } folder)
                json.WriteString("folder", folder);
        }
        else if (selection is Selection.Members members)
            json.WriteString("membersOf", members.Group);
        if (selection.Session is { } session)
            json.WriteString("ofSession", session);
    }

    public static Selection ReadSelection(JsonElement json) =>
        (json.Maybe("targets") is not null ? new Selection.Named(json.Texts("targets")) { Folder = json.Maybe("folder")?.GetString() }
            : json.Maybe("membersOf") is not null ? new Selection.Members(json.Text("membersOf"))
            : (Selection)new Selection.All()) with
        { Session = json.Maybe("ofSession")?.GetString() };

    private static void Write(Utf8JsonWriter json, StopOptions options)
    {
        if (options.Signal is { } signal)
            json.WriteNumber("signal", signal);
        if (options.Timeout is { } timeout)
            json.WriteNumber("timeoutSeconds", timeout.TotalSeconds);
    }

    private static StopOptions ReadOptions(JsonElement json) =>
        new(json.Maybe("signal")?.GetInt32(), json.Maybe("timeoutSeconds") is { } timeout ? TimeSpan.FromSeconds(timeout.GetDouble()) : null);

    private static void Write(Utf8JsonWriter json, EnvironmentBlock? environment)
    {
        if (environment is not null)
            json.WriteBase64String("environment", environment.Bytes.Span);
    }

    private static EnvironmentBlock? ReadEnvironment(JsonElement json) =>
        json.Maybe("environment") is { } environment ? new EnvironmentBlock(environment.GetBytesFromBase64()) : null;

    private static void Write(Utf8JsonWriter json, Renewal? renewal)
    {
        Write(json, renewal?.Environment);
        if (renewal?.Inherited is { } inherited)
            json.WriteString("inherited", inherited);
    }

    private static Renewal? ReadRenewal(JsonElement json) =>
        ReadEnvironment(json) is { } environment ? new Renewal(environment, json.Maybe("inherited")?.GetString()) : null;
}
