using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Store;

/// <summary>The shape of states in state.json.</summary>
internal static class RunStateDocument
{
    // Also for a run that users see as starting.
    private const string RunningWord = "running";

    public static void Write(Utf8JsonWriter json, string name, RunState state)
    {
        json.WriteStartObject(name);
        json.WriteString("is", state is RunState.Running ? RunningWord : state.Word);
        json.WriteString("since", state.Since);
        switch (state)
        {
            case RunState.Starting starting:
                json.WriteBoolean("automatic", starting.Automatic);
                if (starting.PidNamespace is { } space)
                    json.WriteNumber("pidNamespace", space);
                break;
            case RunState.Running { Identity: var main } running:
                RunDocument.Write(json, main);
                if (!running.IsReady)
                    json.WriteBoolean("ready", false);
                if (running.ReadySince is { } ready)
                    json.WriteString("readySince", ready);
                if (running.Impediment is { } impediment)
                    json.WriteString("impediment", impediment);
                if (running.Met != MetConditions.None)
                    json.WriteTexts("met", running.Met.Texts);
                if (running.FilesKey is { } files)
                    json.WriteString("files", files);
                if (running.LogStarts is { } starts)
                    RunDocument.Write(json, "logStarts", starts);
                if (running.Health is { } health)
                    Write(json, health);
                if (running.Says is { } says)
                    json.WriteString("says", says);
                if (running.Signalled is { } signal)
                    json.WriteNumber("signalled", signal);
                if (running.Handover is { } handover)
                    Write(json, handover);
                break;
            case RunState.Stopping stopping:
                if (stopping.Run is { } run)
                    Write(json, "run", run);
                if (stopping.Why is { } wrong)
                    json.WriteString("why", wrong);
                if (stopping.ThenStart)
                    json.WriteBoolean("thenStart", true);
                if (stopping.IsIdle)
                    json.WriteBoolean("idle", true);
                break;
            case RunState.Exited { Left: { } left }:
                json.WriteString("left", left);
                break;
            case RunState.Waiting waiting:
                json.WriteBoolean("automatic", waiting.Automatic);
                break;
            case RunState.Backoff backoff:
                json.WriteString("due", backoff.Due);
                break;
            case RunState.Failed failed:
                json.WriteString("why", failed.Why);
                break;
        }

        json.WriteEndObject();
    }

    public static RunState ReadState(JsonElement json)
    {
        var since = json.Time("since");
        return json.Text("is") switch
        {
            "starting" => new RunState.Starting(since, json.Get("automatic").GetBoolean(), json.Maybe("pidNamespace")?.GetUInt64()),
            RunningWord => ReadRunning(json),
            "stopping" => new RunState.Stopping(
                since, json.Maybe("run") is { } run ? ReadRunning(run) : null, json.Maybe("why")?.GetString())
            {
                ThenStart = json.Maybe("thenStart")?.GetBoolean() ?? false,
                IsIdle = json.Maybe("idle")?.GetBoolean() ?? false,
            },
            "stopped" => new RunState.Stopped(since),
            "exited" => new RunState.Exited(since) { Left = json.Maybe("left")?.GetString() },
            "crashed" => new RunState.Crashed(since),
            "backoff" => new RunState.Backoff(since, json.Time("due")),
            "waiting" => new RunState.Waiting(since, json.Get("automatic").GetBoolean()),
            "scheduled" => new RunState.Scheduled(since),
            RunState.Listening => new RunState.Scheduled(since, OnDemand: true),
            "failed" => new RunState.Failed(since, json.Text("why")),
            var other => throw JsonFields.Unknown("state", other),
        };
    }

    public static RunState.Running ReadRunning(JsonElement json) => json.Text("is") == RunningWord
        ? new RunState.Running(json.Time("since"), RunDocument.ReadIdentity(json))
        {
            IsReady = json.Maybe("ready")?.GetBoolean() ?? true,
            ReadySince = json.Maybe("readySince")?.Time(),
            Met = json.Maybe("met") is { } met ? new MetConditions(JsonFields.TextsOf(met, "met")) : MetConditions.None,
            FilesKey = json.Maybe("files")?.GetString(),
            Impediment = json.Maybe("impediment")?.GetString(),
            LogStarts = RunDocument.ReadLogStarts(json),
            Health = json.Maybe("health") is { } health ? ReadHealth(health) : null,
            Says = json.Maybe("says")?.GetString(),
            Signalled = json.Maybe("signalled")?.GetInt32(),
            Handover = json.Maybe("handover") is { } handover ? ReadHandover(handover) : null,
        }
        : throw JsonFields.Unknown("run", json.Text("is"));

    private static void Write(Utf8JsonWriter json, Health health)
    {
        json.WriteStartObject("health");
        json.WriteBoolean("healthy", health.IsHealthy);
        json.WriteString("since", health.Since);
        if (health.Why is { } why)
            json.WriteString("why", why);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Handover handover)
    {
        json.WriteStartObject("handover");
        json.WriteString("since", handover.Since);
        json.WriteBoolean("witnessed", handover.Witnessed);
        if (handover.PeakMemoryBytes is { } peak)
            json.WriteNumber("peakMemoryBytes", peak);
        RunDocument.Write(json, "how", handover.How);
        json.WriteEndObject();
    }

    private static Handover ReadHandover(JsonElement json) => new(
        json.Get("since").GetDateTimeOffset(), RunDocument.ReadExit(json.Get("how")), json.Get("witnessed").GetBoolean(), json.Maybe("peakMemoryBytes")?.GetInt64());

    private static Health ReadHealth(JsonElement json) =>
        new(json.Get("healthy").GetBoolean(), json.Time("since"), json.Maybe("why")?.GetString());
}
