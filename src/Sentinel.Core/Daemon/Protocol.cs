using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Daemon;

/// <summary>
/// Messages as they go over the socket: a frame is the length of its JSON, in four bytes with the lowest first, then the JSON. Each
/// message names the version of the protocol.
/// </summary>
public static class Protocol
{
    public const int Version = 1;

    public const int HeaderBytes = sizeof(int);

    /// <summary>Room for an environment and a command line as large as the kernel accepts.</summary>
    public const int LongestFrame = 16 * 1024 * 1024;

    /// <summary>The length in a header, or null when no message has such a length.</summary>
    public static int? LengthIn(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadInt32LittleEndian(header) is > 0 and <= LongestFrame and var length ? length : null;

    /// <summary>A whole frame.</summary>
    public static byte[] Write(Message message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(new byte[HeaderBytes]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("protocol", Version);
            Write(json, message);
            json.WriteEndObject();
        }

        var frame = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeaderBytes);
        return frame;
    }

    /// <summary>The message of a frame without its header.</summary>
    /// <exception cref="JsonException">It is not a message.</exception>
    /// <exception cref="OtherProtocolException">It is a message of another version.</exception>
    public static Message Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        try
        {
            var json = document.RootElement;
            return json.Get("protocol").GetInt32() is var version && version == Version
                ? ReadMessage(json)
                : throw new OtherProtocolException(version);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static void Write(Utf8JsonWriter json, Message message)
    {
        json.WriteString("is", message switch
        {
            Message.Ask { Request: var request } => WordOf(request),
            Message.Describe => "describe",
            Message.See => "see",
            Message.Seen => "seen",
            Message.Working => "working",
            Message.Done => "done",
            Message.Described => "described",
            Message.Refused => "refused",
            _ => throw new NotSupportedException(message.GetType().Name),
        });
        switch (message)
        {
            case Message.Ask { Request: var request }:
                Write(json, request);
                break;
            case Message.Done done:
                json.WriteStartArray("outcomes");
                foreach (var outcome in done.Outcomes)
                    Write(json, outcome);
                json.WriteEndArray();
                json.WriteTexts("warnings", done.Warnings);
                break;
            case Message.Described { Status: var status }:
                json.WriteNumber("pid", status.Pid);
                json.WriteString("version", status.Version);
                json.WriteString("startedAt", status.StartedAt);
                json.WriteNumber("supervised", status.Supervised);
                json.WriteNumber("running", status.Running);
                json.WriteNumber("restarts", status.Restarts);
                if (status.LastError is { } error)
                    json.WriteString("lastError", error);
                break;
            case Message.Seen seen:
                ViewDocument.Write(json, seen.Processes);
                break;
            case Message.Refused refused:
                json.WriteString("why", refused.Why);
                break;
        }
    }

    private static Message ReadMessage(JsonElement json) => json.Text("is") switch
    {
        "describe" => new Message.Describe(),
        "see" => new Message.See(),
        "seen" => new Message.Seen(ViewDocument.Read(json)),
        "working" => new Message.Working(),
        "done" => new Message.Done([.. json.Get("outcomes").EnumerateArray().Select(ReadOutcome)], json.Texts("warnings")),
        "described" => new Message.Described(new DaemonStatus(
            json.Get("pid").GetInt32(),
            json.Text("version"),
            json.Get("startedAt").GetDateTimeOffset(),
            json.Get("supervised").GetInt32(),
            json.Get("running").GetInt32(),
            json.Get("restarts").GetInt32(),
            json.Maybe("lastError")?.GetString())),
        "refused" => new Message.Refused(json.Text("why")),
        var word => new Message.Ask(ReadRequest(json, word)),
    };

    private static string WordOf(Request request) => request switch
    {
        Request.Run => "run",
        Request.Scale => "scale",
        Request.ChangeSpec => "change",
        Request.Start => "start",
        Request.Stop => "stop",
        Request.Restart => "restart",
        Request.Delete => "delete",
        Request.Clean => "clean",
        Request.Reset => "reset",
        Request.CreateGroup => "create-group",
        Request.ChangeGroup => "change-group",
        Request.DeleteGroup => "delete-group",
        Request.AddToGroup => "add-to-group",
        Request.RemoveFromGroup => "remove-from-group",
        Request.AllocatePort => "allocate-port",
        Request.FreePorts => "free-ports",
        Request.EndLeases => "end-leases",
        Request.RestartDue => "restart-due",
        _ => throw new NotSupportedException(request.GetType().Name),
    };

    private static void Write(Utf8JsonWriter json, Request request)
    {
        switch (request)
        {
            case Request.Run { What: var run }:
                SpecDocument.Write(json, "spec", run.Spec);
                if (run.Instances is { } instances)
                    json.WriteNumber("instances", instances);
                json.WriteBoolean("isNamed", run.IsNamed);
                json.WriteBoolean("makesGroup", run.MakesGroup);
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
            case Request.ChangeSpec change:
                json.WriteNumber("id", change.Id);
                SpecDocument.Write(json, "before", change.Before);
                SpecDocument.Write(json, "after", change.After);
                break;
            case Request.Start start:
                Write(json, start.Selection);
                Write(json, start.Renewal);
                break;
            case Request.Stop stop:
                Write(json, stop.Selection);
                Write(json, stop.Options);
                break;
            case Request.Restart restart:
                Write(json, restart.Selection);
                Write(json, restart.Options);
                Write(json, restart.Renewal);
                break;
            case Request.Delete delete:
                Write(json, delete.Selection);
                Write(json, delete.Options);
                json.WriteBoolean("withLogs", delete.WithLogs);
                break;
            case Request.Clean clean:
                json.WriteBoolean("withLogs", clean.WithLogs);
                break;
            case Request.Reset reset:
                Write(json, reset.Selection);
                break;
            case Request.CreateGroup { Group: var group }:
                json.WritePropertyName("group");
                StateDocument.Write(json, group);
                break;
            case Request.ChangeGroup { Change: var change } changing:
                json.WriteString("group", changing.Group);
                json.WriteBase64String("variables", change.Set.Bytes.Span);
                json.WriteTexts("unset", change.Unset);
                if (change.EnvironmentFiles is { } files)
                    json.WriteTexts("environmentFiles", files);
                break;
            case Request.DeleteGroup deleting:
                json.WriteString("group", deleting.Group);
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
            case Request.EndLeases { Session: { } session }:
                json.WriteString("session", session);
                break;
        }
    }

    private static Request ReadRequest(JsonElement json, string word) => word switch
    {
        "run" => new Request.Run(new RunRequest(
            SpecDocument.Read(json.Get("spec")),
            json.Get("isNamed").GetBoolean(),
            json.Get("makesGroup").GetBoolean(),
            ReadEnvironment(json) ?? throw new JsonException("'environment' is missing"),
            json.Maybe("instances")?.GetInt32(),
            json.Maybe("origin") is { } origin ? LeaseDocument.ReadOrigin(origin) : null,
            json.Maybe("surroundings")?.GetString())),
        "scale" => new Request.Scale(json.Text("set"), json.Get("count").GetInt32(), json.Get("relative").GetBoolean()),
        "change" => new Request.ChangeSpec(json.Get("id").GetInt32(), SpecDocument.Read(json.Get("before")), SpecDocument.Read(json.Get("after"))),
        "start" => new Request.Start(ReadSelection(json), ReadRenewal(json)),
        "stop" => new Request.Stop(ReadSelection(json), ReadOptions(json)),
        "restart" => new Request.Restart(ReadSelection(json), ReadOptions(json), ReadRenewal(json)),
        "delete" => new Request.Delete(ReadSelection(json), ReadOptions(json), json.Get("withLogs").GetBoolean()),
        "clean" => new Request.Clean(json.Get("withLogs").GetBoolean()),
        "reset" => new Request.Reset(ReadSelection(json)),
        "create-group" => new Request.CreateGroup(StateDocument.ReadGroup(json.Get("group"))),
        "change-group" => new Request.ChangeGroup(json.Text("group"), new GroupChange(
            SpecDocument.ReadVariables(json),
            json.Texts("unset"),
            json.Maybe("environmentFiles") is null ? null : json.Texts("environmentFiles"))),
        "delete-group" => new Request.DeleteGroup(json.Text("group")),
        "add-to-group" => new Request.AddToGroup(json.Text("group"), ReadSelection(json)),
        "remove-from-group" => new Request.RemoveFromGroup(json.Text("group"), ReadSelection(json)),
        "allocate-port" => new Request.AllocatePort(json.Maybe("port")?.GetInt32(), json.Text("name")),
        "free-ports" => new Request.FreePorts(json.Texts("targets")),
        "end-leases" => new Request.EndLeases(json.Maybe("session")?.GetString()),
        "restart-due" => new Request.RestartDue(),
        _ => throw new JsonException($"there is no request '{word}'"),
    };

    private static void Write(Utf8JsonWriter json, Selection selection)
    {
        if (selection is Selection.Named named)
            json.WriteTexts("targets", named.Targets);
        else if (selection is Selection.Members members)
            json.WriteString("membersOf", members.Group);
    }

    private static Selection ReadSelection(JsonElement json) =>
        json.Maybe("targets") is not null ? new Selection.Named(json.Texts("targets"))
        : json.Maybe("membersOf") is not null ? new Selection.Members(json.Text("membersOf"))
        : new Selection.All();

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

    private static void Write(Utf8JsonWriter json, Outcome outcome)
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
            case Outcome.Failed { Why: var why }:
                json.WriteString("why", why);
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

    private static Outcome ReadOutcome(JsonElement json)
    {
        var target = json.Text("target");
        switch (json.Text("is"))
        {
            case "failed":
                return new Outcome.Failed(
                    target, json.Maybe("process") is { } failed ? StateDocument.ReadProcess(failed) : null, json.Text("why"));
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

/// <summary>The other end speaks another version of the protocol.</summary>
public sealed class OtherProtocolException(int version) : Exception
{
    public int Version => version;
}
