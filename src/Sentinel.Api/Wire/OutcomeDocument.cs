using System.Text.Json;
using Sentinel.Model.Processes;

namespace Sentinel.Api.Wire;

/// <summary>The shape of an outcome in <c>--json</c> and in messages; see docs/json.md.</summary>
public static class OutcomeDocument
{
    private const string AlreadyOutdated = "it has the new environment from its next start on";

    public static void Write(Utf8JsonWriter json, Outcome outcome)
    {
        var process = outcome.About;
        json.WriteStartObject();
        json.WriteString("target", outcome.Target);
        json.WriteOrNull("id", process?.Id);
        json.WriteOrNull("name", process?.Name);
        json.WriteBoolean("ok", outcome is not Outcome.Failed);
        json.WriteString("outcome", WordOf(outcome));
        json.WriteOrNull("pid", process?.Pid);
        json.WriteOrNull("oldPid", (outcome as Outcome.Restarted)?.OldPid);
        json.WriteOrNull("group", outcome switch
        {
            Outcome.Moved moved => moved.Group,
            Outcome.GroupCreated or Outcome.GroupExists or Outcome.GroupChanged or Outcome.GroupDeleted => outcome.Target,
            _ => process?.Group,
        });
        json.WriteOrNull("port", outcome switch
        {
            Outcome.PortAllocated allocated => allocated.Port,
            Outcome.PortFreed freed => freed.Port,
            _ => null,
        });
        if (outcome is Outcome.Began began)
            json.WriteObjects("ports", began.Ports, port =>
            {
                json.WriteString("name", port.Name);
                json.WriteNumber("port", port.Port);
                json.WriteOrNull("url", port.Url);
            });
        else
            json.WriteNull("ports");
        json.WriteOrNull("error", (outcome as Outcome.Failed)?.Why);
        json.WriteOrNull("code", (outcome as Outcome.Failed)?.Code.Word());
        json.WriteOrNull("reason", outcome switch
        {
            Outcome.LeaseEnded over => over.Why,
            Outcome.WouldEnd over => over.Why,
            Outcome.Stopped stopped => stopped.Remark,
            Outcome.AlreadyRunning { IsOutdated: true } => AlreadyOutdated,
            _ => null,
        });
        json.WriteOrNull("state", process?.State);
        json.WriteOrNull("run", process?.Run);
        json.WriteArrayOrNull("members", outcome switch
        {
            Outcome.GroupChanged changed => changed.Outdated,
            Outcome.GroupDeleted deleted => deleted.Members,
            _ => null,
        }, json.WriteStringValue);
        json.WriteOrNull("outdated", outcome switch
        {
            Outcome.AlreadyRunning running => running.IsOutdated,
            Outcome.Changed changed => changed.IsOutdated,
            Outcome.Moved moved => moved.IsOutdated,
            _ => null,
        });
        json.WriteArrayOrNull("fields", (outcome as Outcome.Changed)?.Fields, json.WriteStringValue);
        json.WriteArrayOrNull("for", (outcome as Outcome.Waits)?.For, json.WriteStringValue);
        json.WriteOrNull("next", (outcome as Outcome.Scheduled)?.Next);
        json.WriteOrNull("signal", outcome is Outcome.Signalled { Number: var number } ? SignalName.Of(number) : null);
        json.WriteOrNull("processes", (outcome as Outcome.Signalled)?.Processes);
        json.WriteEndObject();
    }

    public static Outcome Read(JsonElement json)
    {
        var target = json.Text("target");
        var word = json.SharedText("outcome");
        ProcessRef? process = json.Maybe("id") is { } id
            ? new ProcessRef(id.GetInt32(), json.Text("name"), word == "removed" ? null : json.Maybe("group")?.GetString(), json.SharedText("state"), json.Maybe("pid")?.GetInt32(), json.Get("run").GetInt32())
            : null;
        return word switch
        {
            "failed" => new Outcome.Failed(target, process, json.Text("error"), FailureCodes.Parse(json.Text("code"))),
            "hook-added" => new Outcome.HookAdded(target),
            "hook-changed" => new Outcome.HookChanged(target),
            "hook-deleted" => new Outcome.HookDeleted(target),
            "created" => new Outcome.GroupCreated(target),
            "already-exists" => new Outcome.GroupExists(target),
            "changed" when process is null => new Outcome.GroupChanged(target, json.Texts("members")),
            "deleted" when process is null => new Outcome.GroupDeleted(target, json.Texts("members")),
            "allocated" => new Outcome.PortAllocated(json.Get("port").GetInt32(), target),
            "freed" => new Outcome.PortFreed(json.Get("port").GetInt32(), target),
            _ when process is null => throw Unknown(),
            "started" => new Outcome.Started(target, process) { Ports = Ports() },
            "restarted" => new Outcome.Restarted(target, process, json.Maybe("oldPid")?.GetInt32()) { Ports = Ports() },
            "registered" => new Outcome.Registered(target, process),
            "waiting" => new Outcome.Waits(target, process, json.Texts("for")),
            "scheduled" => new Outcome.Scheduled(target, process, json.Maybe("next")?.Time()),
            "stopped" => new Outcome.Stopped(target, process, json.Maybe("reason")?.GetString()),
            "ended" => new Outcome.LeaseEnded(target, process, json.Text("reason")),
            "would-end" => new Outcome.WouldEnd(target, process, json.Text("reason")),
            "deleted" => new Outcome.Deleted(target, process),
            "changed" => new Outcome.Changed(target, process, json.Get("outdated").GetBoolean(), json.Texts("fields")),
            "signalled" => new Outcome.Signalled(
                target, process, SignalName.Parse(json.Text("signal")) ?? throw JsonFields.Unknown("signal", json.Text("signal")), json.Get("processes").GetInt32()),
            "cleared" => new Outcome.Cleared(target, process),
            "rotated" => new Outcome.Rotated(target, process),
            "not-rotated" => new Outcome.NotRotated(target, process),
            "already-running" => new Outcome.AlreadyRunning(target, process, json.Get("outdated").GetBoolean()) { Ports = Ports() },
            "not-running" => new Outcome.NotRunning(target, process),
            "reset" => new Outcome.Reset(target, process),
            "added" or "removed" => new Outcome.Moved(target, process, json.Text("group"), json.Get("outdated").GetBoolean()),
            _ => throw Unknown(),
        };

        List<PortRef> Ports() => [.. json.Get("ports").EnumerateArray().Select(port => new PortRef(port.Text("name"), port.Get("port").GetInt32()))];

        JsonException Unknown() => JsonFields.Unknown("outcome", word);
    }

    private static string WordOf(Outcome outcome) => outcome switch
    {
        Outcome.Started => "started",
        Outcome.Restarted => "restarted",
        Outcome.Registered => "registered",
        Outcome.Waits => "waiting",
        Outcome.Scheduled => "scheduled",
        Outcome.Stopped => "stopped",
        Outcome.LeaseEnded => "ended",
        Outcome.WouldEnd => "would-end",
        Outcome.Deleted or Outcome.GroupDeleted => "deleted",
        Outcome.Changed or Outcome.GroupChanged => "changed",
        Outcome.Reset => "reset",
        Outcome.Signalled => "signalled",
        Outcome.Cleared => "cleared",
        Outcome.Rotated => "rotated",
        Outcome.NotRotated => "not-rotated",
        Outcome.AlreadyRunning => "already-running",
        Outcome.NotRunning => "not-running",
        Outcome.Moved { Process.Group: null } => "removed",
        Outcome.Moved => "added",
        Outcome.HookAdded => "hook-added",
        Outcome.HookChanged => "hook-changed",
        Outcome.HookDeleted => "hook-deleted",
        Outcome.GroupCreated => "created",
        Outcome.GroupExists => "already-exists",
        Outcome.PortAllocated => "allocated",
        Outcome.PortFreed => "freed",
        Outcome.Failed => "failed",
        _ => throw new NotSupportedException(outcome.GetType().Name),
    };
}
