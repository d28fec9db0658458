using System.Text.Json;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Api.Wire;

/// <summary>The shape of runs and identities in state.json, events and messages.</summary>
public static class RunDocument
{
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

    internal static void Write(Utf8JsonWriter json, OtherRun beside)
    {
        json.WriteOrNull("pid", beside.Pid);
        json.WriteString("since", beside.Since);
        json.WriteString("is", beside.Is);
    }

    internal static OtherRun ReadOther(JsonElement json) => new(json.Maybe("pid")?.GetInt32(), json.Time("since"), json.Text("is"));

    /// <summary>The run that an event tells of.</summary>
    internal static EndedRun ReadOfEvent(JsonElement json, DateTimeOffset ended) => new(
        json.Maybe("pid")?.GetInt32(),
        json.Get("startedAt").GetDateTimeOffset(),
        ended,
        json.Get("witnessed").GetBoolean(),
        ReadExit(json.Get("how")),
        json.Maybe("peakMemoryBytes")?.GetInt64(),
        json.Maybe("why")?.GetString())
    {
        LogStarts = ReadLogStarts(json),
    };
}
