using System.Text.Json;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Store;

/// <summary>The shape of states and runs in state.json, events and requests.</summary>
internal static class RunDocument
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
                Write(json, main);
                if (!running.IsReady)
                    json.WriteBoolean("ready", false);
                if (running.Impediment is { } impediment)
                    json.WriteString("impediment", impediment);
                if (running.LogStarts is { } starts)
                    Write(json, "logStarts", starts);
                if (running.Health is { } health)
                    Write(json, health);
                if (running.Says is { } says)
                    json.WriteString("says", says);
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
                break;
            case RunState.Exited { Left: { } left }:
                json.WriteString("left", left);
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
            },
            "stopped" => new RunState.Stopped(since),
            "exited" => new RunState.Exited(since) { Left = json.Maybe("left")?.GetString() },
            "crashed" => new RunState.Crashed(since),
            "backoff" => new RunState.Backoff(since, json.Time("due")),
            "failed" => new RunState.Failed(since, json.Text("why")),
            var other => throw JsonFields.Unknown("state", other),
        };
    }

    private static RunState.Running ReadRunning(JsonElement json) => json.Text("is") == RunningWord
        ? new RunState.Running(json.Time("since"), ReadIdentity(json))
        {
            IsReady = json.Maybe("ready")?.GetBoolean() ?? true,
            Impediment = json.Maybe("impediment")?.GetString(),
            LogStarts = ReadLogStarts(json),
            Health = json.Maybe("health") is { } health ? ReadHealth(health) : null,
            Says = json.Maybe("says")?.GetString(),
            Handover = json.Maybe("handover") is { } handover ? ReadHandover(handover) : null,
        }
        : throw JsonFields.Unknown("run", json.Text("is"));

    /// <summary>Writes it as fields of the current object.</summary>
    public static void Write(Utf8JsonWriter json, ProcessIdentity identity)
    {
        json.WriteNumber("pid", identity.Pid);
        json.WriteNumber("startTicks", identity.StartTicks);
        json.WriteString("bootId", identity.BootId);
        if (identity.PidNamespace is { } space)
            json.WriteNumber("pidNamespace", space);
    }

    public static ProcessIdentity ReadIdentity(JsonElement json) =>
        new(json.Get("pid").GetInt32(), json.Get("startTicks").GetInt64(), json.Text("bootId"), json.Maybe("pidNamespace")?.GetUInt64());

    public static void Write(Utf8JsonWriter json, string name, LogEnds ends)
    {
        json.WriteStartObject(name);
        if (ends.Stdout is { } stdout)
            json.WriteNumber("stdout", stdout);
        if (ends.Stderr is { } stderr)
            json.WriteNumber("stderr", stderr);
        json.WriteEndObject();
    }

    public static LogEnds? ReadLogStarts(JsonElement json) => json.Maybe("logStarts") is { } starts ? ReadLogEnds(starts) : null;

    public static LogEnds ReadLogEnds(JsonElement json) => new(json.Maybe("stdout")?.GetInt64(), json.Maybe("stderr")?.GetInt64());

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
        Write(json, "how", handover.How);
        json.WriteEndObject();
    }

    private static Handover ReadHandover(JsonElement json) => new(
        json.Get("since").GetDateTimeOffset(), ReadExit(json.Get("how")), json.Get("witnessed").GetBoolean(), json.Maybe("peakMemoryBytes")?.GetInt64());

    private static Health ReadHealth(JsonElement json) =>
        new(json.Get("healthy").GetBoolean(), json.Time("since"), json.Maybe("why")?.GetString());

    public static void Write(Utf8JsonWriter json, EndedRun run)
    {
        json.WriteStartObject("lastRun");
        if (run.Pid is { } pid)
            json.WriteNumber("pid", pid);
        json.WriteString("startedAt", run.StartedAt);
        json.WriteString("endedAt", run.EndedAt);
        json.WriteBoolean("witnessed", run.Witnessed);
        if (run.PeakMemoryBytes is { } peak)
            json.WriteNumber("peakMemoryBytes", peak);
        Write(json, "how", run.How);
        if (run.Why is { } why)
            json.WriteString("why", why);
        if (run.LogStarts is { } starts)
            Write(json, "logStarts", starts);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, string name, Exit how)
    {
        json.WriteStartObject(name);
        switch (how)
        {
            case Exit.Code code:
                json.WriteNumber("code", code.Value);
                break;
            case Exit.Signal signal:
                json.WriteNumber("signal", signal.Number);
                json.WriteBoolean("coreDumped", signal.CoreDumped);
                if (signal.OutOfMemory)
                    json.WriteBoolean("outOfMemory", true);
                break;
            case Exit.NotStarted failure:
                json.WriteString("notStarted", failure.Why);
                break;
            case Exit.Unknown unknown:
                json.WriteString("unknown", unknown.Why);
                break;
        }

        json.WriteEndObject();
    }

    public static EndedRun ReadEnded(JsonElement json) => new(
        json.Maybe("pid")?.GetInt32(),
        json.Time("startedAt"),
        json.Time("endedAt"),
        json.Get("witnessed").GetBoolean(),
        ReadExit(json.Get("how")),
        json.Maybe("peakMemoryBytes")?.GetInt64(),
        json.Maybe("why")?.GetString())
    {
        LogStarts = ReadLogStarts(json),
    };

    public static Exit ReadExit(JsonElement how) =>
        how.Maybe("code") is { } code ? new Exit.Code(code.GetInt32())
        : how.Maybe("signal") is { } signal ? new Exit.Signal(
            signal.GetInt32(), how.Get("coreDumped").GetBoolean(), how.Maybe("outOfMemory")?.GetBoolean() ?? false)
        : how.Maybe("notStarted") is not null ? new Exit.NotStarted(how.Text("notStarted"))
        : new Exit.Unknown(how.Text("unknown"));
}
