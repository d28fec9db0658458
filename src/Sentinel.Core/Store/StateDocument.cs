using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Store;

/// <summary>
/// The shape of state.json, with <see cref="SpecDocument"/> and <see cref="RunDocument"/>. Written by hand rather than derived from
/// the model, so that only these decide what is on the disk, and because every command begins by reading it.
/// </summary>
internal static class StateDocument
{
    /// <summary>
    /// 2: identities and starts name their pid namespace, which a Sentinel of version 1 would ignore. A state of version 1 is read as it
    /// is, and taken to be of our own namespace. "home" and "previous" distinguish a copy, or an old state that was put back, from the
    /// state that was last written here; "cookiePrefix" identifies what this home has started even without a record.
    /// 3: the settings of a spec are its "options", and each run has a cookie of its own, of which a Sentinel of version 2 would know only
    /// the beginning. In a state of version 2 the runs have no number, and the record's cookie.
    /// </summary>
    public const int CurrentVersion = 3;

    public static byte[] Write(State state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, state);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(IBufferWriter<byte> to, State state)
    {
        using var json = new Utf8JsonWriter(to, JsonFields.Relaxed);
        json.WriteStartObject();
        json.WriteNumber("version", CurrentVersion);
        json.WriteNumber("nextId", state.NextId);
        if (state.Home is { } home)
        {
            json.WriteStartObject("home");
            json.WriteString("path", home.Path);
            Write(json, "folder", home.Folder);
            json.WriteEndObject();
        }

        if (state.Previous is { } previous)
            Write(json, "previous", previous);
        if (state.CookiePrefix is { } prefix)
            json.WriteString("cookiePrefix", prefix);
        if (state.MayHaveStrays)
            json.WriteBoolean("mayHaveStrays", true);
        if (state.LastEvent > 0)
            json.WriteNumber("lastEvent", state.LastEvent);
        json.WriteArray("processes", state.Processes.Values, process => Write(json, process));
        if (!state.Groups.IsEmpty)
            json.WriteArray("groups", state.Groups.Values, group => GroupDocument.Write(json, group));
        if (!state.Ports.IsEmpty)
            json.WriteArray("ports", state.Ports.Values, lease => GroupDocument.Write(json, lease));
        if (!state.Hooks.IsEmpty)
            json.WriteArray("hooks", state.Hooks.Values, hook => HookDocument.Write(json, hook));
        // In base64: exact, and not readable at a glance.
        json.WriteStartObject("environments");
        foreach (var (key, environment) in state.Environments)
            json.WriteBase64String(key, environment.Bytes.Span);
        json.WriteEndObject();
        if (state.PendingEvents.Count > 0)
            json.WriteArray("pendingEvents", state.PendingEvents, happened => EventDocument.Write(json, happened));
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">It is not a state, or one that contradicts itself.</exception>
    /// <exception cref="NewerStateException">It was written by a newer version.</exception>
    public static State Read(ReadOnlyMemory<byte> json)
    {
        // Some editors put a byte order mark there; it means nothing.
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..];
        if (json.IsEmpty)
            throw new JsonException("the file is empty");
        using var document = JsonDocument.Parse(json);
        try
        {
            // Read the version first: in a newer state nothing else can be relied on.
            return document.RootElement.Get("version").GetInt32() switch
            {
                > CurrentVersion and var newer => throw new NewerStateException(newer),
                < 1 => throw new JsonException("there is no such version"),
                _ => ReadState(document.RootElement),
            };
        }
        // JsonElement throws these for a wrong type, and a dictionary for a duplicate key.
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static State ReadState(JsonElement json)
    {
        var state = new State
        {
            NextId = json.Get("nextId").GetInt32(),
            Home = json.Maybe("home") is { } home ? new HomeMark(home.Text("path"), ReadMark(home.Get("folder"))) : null,
            Previous = json.Maybe("previous") is { } previous ? ReadMark(previous) : null,
            CookiePrefix = json.Maybe("cookiePrefix")?.GetString(),
            MayHaveStrays = json.Maybe("mayHaveStrays")?.GetBoolean() ?? false,
            LastEvent = json.Maybe("lastEvent")?.GetInt64() ?? 0,
            PendingEvents = json.Maybe("pendingEvents") is { } pending ? ReadEvents(pending) : [],
            Environments = json.Get("environments").EnumerateObject().ToImmutableDictionary(
                entry => entry.Name, entry => new EnvironmentBlock(entry.Value.GetBytesFromBase64())),
        };
        var processes = state.Processes.ToBuilder();
        foreach (var process in json.Get("processes").EnumerateArray().Select(ReadProcess))
            if (!processes.TryAdd(process.Id, process))
                throw new JsonException($"process {process.Id} has the id of another process");
        var groups = state.Groups.ToBuilder();
        foreach (var group in json.Maybe("groups")?.EnumerateArray().Select(GroupDocument.ReadGroup) ?? [])
            if (!groups.TryAdd(group.Name, group))
                throw new JsonException($"group '{group.Name}' appears twice");
        var ports = state.Ports.ToBuilder();
        foreach (var lease in json.Maybe("ports")?.EnumerateArray().Select(GroupDocument.ReadLease) ?? [])
            if (!ports.TryAdd(lease.Port, lease))
                throw new JsonException($"port {lease.Port} appears twice");
        var hooks = state.Hooks.ToBuilder();
        foreach (var hook in json.Maybe("hooks")?.EnumerateArray().Select(HookDocument.Read) ?? [])
            if (!hooks.TryAdd(hook.Name, hook))
                throw new JsonException($"hook '{hook.Name}' appears twice");
        state = state with { Hooks = hooks.ToImmutable(), Processes = processes.ToImmutable(), Groups = groups.ToImmutable(), Ports = ports.ToImmutable() };
        return state.Contradiction() is { } contradiction ? throw new JsonException(contradiction) : state;
    }

    // An event of a newer version is passed over, as in the log.
    private static List<Event> ReadEvents(JsonElement json)
    {
        var events = json.EnumerateArray().Select(EventDocument.Read).OfType<Event>().ToList();
        return events.TrueForAll(happened => happened.Number is not null) ? events : throw new JsonException("an event has no number");
    }

    private static void Write(Utf8JsonWriter json, string name, FileMark mark)
    {
        json.WriteStartObject(name);
        json.WriteNumber("inode", mark.Inode);
        if (mark.Born is { } born)
            json.WriteNumber("born", born);
        json.WriteNumber("device", mark.Device);
        json.WriteEndObject();
    }

    private static FileMark ReadMark(JsonElement json) =>
        new(json.Get("inode").GetUInt64(), json.Maybe("born")?.GetInt64(), json.Get("device").GetUInt64());

    public static void Write(Utf8JsonWriter json, ProcessRecord process)
    {
        json.WriteStartObject();
        json.WriteNumber("id", process.Id);
        SpecDocument.Write(json, "spec", process.Spec);
        json.WriteString("cookie", process.Cookie);
        if (process.RunNumber > 0)
            json.WriteNumber("runNumber", process.RunNumber);
        json.WriteString("logName", process.LogName);
        if (process.LogsFrom is { } from)
            RunDocument.Write(json, "logsFrom", from);
        RunStateDocument.Write(json, "state", process.State);
        json.WriteNumber("restarts", process.Restarts);
        json.WriteNumber("shortRuns", process.ShortRuns);
        if (process.RecentRestarts.Count > 0)
            json.WriteArray("recentRestarts", process.RecentRestarts, json.WriteStringValue);
        if (process.LastRun is { } last)
            RunDocument.Write(json, last);
        if (process.Origin is { } origin)
            LeaseDocument.Write(json, origin);
        if (process.LeaseOver is { } over)
            json.WriteString("leaseOver", over);
        if (process.Again != default)
            json.WriteString("again", process.Again.Word());
        if (process.Schedule is { } mark)
            Write(json, mark);
        if (process.Tally != Tally.None)
            TallyDocument.Write(json, "tally", process.Tally);
        WatchDocument.Write(json, process);
        if (process.Predecessor is { } before)
            Write(json, before);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Predecessor before)
    {
        json.WriteStartObject("predecessor");
        json.WriteNumber("number", before.Number);
        RunStateDocument.Write(json, "run", before.Run);
        json.WriteString("reason", before.Reason.Word());
        json.WriteEndObject();
    }

    private static RestartReason ReasonIn(JsonElement? json) =>
        json?.GetString() is { } word ? RestartReasons.All.FirstOrDefault(reason => reason.Word() == word) : default;

    private static void Write(Utf8JsonWriter json, ScheduleMark mark)
    {
        json.WriteStartObject("schedule");
        json.WriteString("last", mark.Last);
        if (mark.IsQueued)
            json.WriteBoolean("queued", true);
        if (mark.Skipped > 0)
            json.WriteNumber("skipped", mark.Skipped);
        json.WriteEndObject();
    }

    public static ProcessRecord ReadProcess(JsonElement json) => new()
    {
        Id = json.Get("id").GetInt32(),
        Spec = json.Get("spec") is var spec && spec.Maybe("options") is null ? OlderSpecDocument.Read(spec) : SpecDocument.Read(spec),
        Cookie = json.Text("cookie"),
        RunNumber = json.Maybe("runNumber")?.GetInt32() ?? 0,
        LogName = json.Text("logName"),
        LogsFrom = json.Maybe("logsFrom") is { } from ? RunDocument.ReadLogEnds(from) : null,
        State = RunStateDocument.ReadState(json.Get("state")),
        Restarts = json.Get("restarts").GetInt32(),
        ShortRuns = json.Get("shortRuns").GetInt32(),
        RecentRestarts = json.Maybe("recentRestarts") is { } recent
            ? [.. recent.EnumerateArray().Select(restart => restart.Time())]
            : [],
        LastRun = json.Maybe("lastRun") is { } last ? RunDocument.ReadEnded(last) : null,
        Origin = json.Maybe("origin") is { } origin ? LeaseDocument.ReadOrigin(origin) : null,
        LeaseOver = json.Maybe("leaseOver")?.GetString(),
        Again = ReasonIn(json.Maybe("again")),
        Schedule = json.Maybe("schedule") is { } mark
            ? new ScheduleMark(mark.Time("last"), mark.Maybe("queued")?.GetBoolean() ?? false, mark.Maybe("skipped")?.GetInt32() ?? 0) : null,
        Tally = json.Maybe("tally") is { } tally ? TallyDocument.Read(tally) : Tally.None,
        Changed = WatchDocument.ReadChange(json),
        WatchTrouble = WatchDocument.ReadTrouble(json),
        Predecessor = json.Maybe("predecessor") is { } before
            ? new Predecessor(before.Get("number").GetInt32(), RunStateDocument.ReadRunning(before.Get("run")), ReasonIn(before.Maybe("reason"))) : null,
    };
}

/// <summary>The state was written by a newer version of Sentinel.</summary>
internal sealed class NewerStateException(int version) : Exception
{
    public int Version => version;
}
