using System.Text.Json;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Daemon;

/// <summary>Outcomes as they go over the socket.</summary>
internal static class OutcomeDocument
{
    public static void Write(Utf8JsonWriter json, Outcome outcome)
    {
        var (word, process) = outcome switch
        {
            Outcome.Started started => ("started", started.Process),
            Outcome.Restarted restarted => ("restarted", restarted.Process),
            Outcome.Stopped stopped => ("stopped", stopped.Process),
            Outcome.LeaseEnded over => ("lease-ended", over.Process),
            Outcome.Deleted deleted => ("deleted", deleted.Process),
            Outcome.Changed changed => ("changed", changed.Process),
            Outcome.AlreadyRunning running => ("already-running", running.Process),
            Outcome.NotRunning idle => ("not-running", idle.Process),
            Outcome.Reset reset => ("reset", reset.Process),
            Outcome.Moved moved => ("moved", moved.Process),
            Outcome.GroupCreated => ("group-created", null),
            Outcome.GroupChanged => ("group-changed", null),
            Outcome.GroupDeleted => ("group-deleted", null),
            Outcome.PortAllocated => ("port-allocated", null),
            Outcome.PortFreed => ("port-freed", null),
            Outcome.Failed failed => ("failed", failed.Process),
            _ => throw new NotSupportedException(outcome.GetType().Name),
        };
        json.WriteStartObject();
        json.WriteString("is", word);
        json.WriteString("target", outcome.Target);
        if (process is not null)
        {
            json.WritePropertyName("process");
            StateDocument.Write(json, process);
        }

        switch (outcome)
        {
            case Outcome.Restarted { OldPid: { } oldPid }:
                json.WriteNumber("oldPid", oldPid);
                break;
            case Outcome.LeaseEnded { Why: var over }:
                json.WriteString("why", over);
                break;
            case Outcome.Failed failed:
                json.WriteString("why", failed.Why);
                json.WriteString("code", failed.Code.Word());
                break;
            case Outcome.AlreadyRunning { IsOutdated: true }:
                json.WriteBoolean("outdated", true);
                break;
            case Outcome.Changed changed:
                json.WriteBoolean("outdated", changed.IsOutdated);
                break;
            case Outcome.Moved moved:
                json.WriteString("group", moved.Group);
                json.WriteBoolean("outdated", moved.IsOutdated);
                break;
            case Outcome.GroupChanged changed:
                json.WriteTexts("outdated", changed.Outdated);
                break;
            case Outcome.GroupDeleted deleted:
                json.WriteTexts("members", deleted.Members);
                break;
            case Outcome.PortAllocated { Lease: var lease }:
                WriteLease(lease);
                break;
            case Outcome.PortFreed { Lease: var lease }:
                WriteLease(lease);
                break;
        }

        json.WriteEndObject();

        void WriteLease(PortLease lease)
        {
            json.WritePropertyName("lease");
            StateDocument.Write(json, lease);
        }
    }

    public static Outcome Read(JsonElement json)
    {
        var target = json.Text("target");
        switch (json.Text("is"))
        {
            case "failed":
                return new Outcome.Failed(
                    target, json.Maybe("process") is { } failed ? StateDocument.ReadProcess(failed) : null, json.Text("why"),
                    FailureCodes.Parse(json.Maybe("code")?.GetString()));
            case "group-created":
                return new Outcome.GroupCreated(target);
            case "group-changed":
                return new Outcome.GroupChanged(target, json.Texts("outdated"));
            case "group-deleted":
                return new Outcome.GroupDeleted(target, json.Texts("members"));
            case "port-allocated":
                return new Outcome.PortAllocated(StateDocument.ReadLease(json.Get("lease")));
            case "port-freed":
                return new Outcome.PortFreed(StateDocument.ReadLease(json.Get("lease")));
        }

        var process = StateDocument.ReadProcess(json.Get("process"));
        var pid = process.State.Main?.Pid ?? 0;
        return json.Text("is") switch
        {
            "started" => new Outcome.Started(target, process, pid),
            "restarted" => new Outcome.Restarted(target, process, json.Maybe("oldPid")?.GetInt32(), pid),
            "stopped" => new Outcome.Stopped(target, process),
            "lease-ended" => new Outcome.LeaseEnded(target, process, json.Text("why")),
            "deleted" => new Outcome.Deleted(target, process),
            "changed" => new Outcome.Changed(target, process, json.Get("outdated").GetBoolean()),
            "already-running" => new Outcome.AlreadyRunning(target, process, pid, json.Maybe("outdated")?.GetBoolean() ?? false),
            "not-running" => new Outcome.NotRunning(target, process),
            "reset" => new Outcome.Reset(target, process),
            "moved" => new Outcome.Moved(target, process, json.Text("group"), json.Get("outdated").GetBoolean()),
            var word => throw new JsonException($"there is no outcome '{word}'"),
        };
    }
}
