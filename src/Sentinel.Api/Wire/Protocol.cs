using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>
/// Messages as they go over the socket: a frame is the length of its JSON, in four bytes with the lowest first, then the JSON. Each
/// message names the version of the protocol.
/// </summary>
public static class Protocol
{
    public const int Version = 3;

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
            Message.Ask { Request: var request } => RequestDocument.WordOf(request),
            Message.Describe => "describe",
            Message.Inquire => "query",
            Message.Answered => "answer",
            Message.Subscribe => "subscribe",
            Message.Told { Notice: Notice.Happened } => "happened",
            Message.Told => "gap",
            Message.Working => "working",
            Message.Done => "done",
            Message.Described => "described",
            Message.Refused => "refused",
            _ => throw new NotSupportedException(message.GetType().Name),
        });
        switch (message)
        {
            case Message.Ask { Request: var request }:
                RequestDocument.Write(json, request);
                break;
            case Message.Done done:
                json.WriteArray("outcomes", done.Outcomes, outcome => OutcomeDocument.Write(json, outcome));
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
            case Message.Inquire { Query: var query }:
                QueryDocument.Write(json, query);
                break;
            case Message.Answered { Answer: var answer }:
                QueryDocument.Write(json, answer);
                break;
            case Message.Subscribe subscribe:
                json.WriteNumber("after", subscribe.After);
                break;
            case Message.Told { Notice: Notice.Happened { Event: var happened } }:
                json.WritePropertyName("event");
                EventDocument.Write(json, happened);
                break;
            case Message.Told { Notice: Notice.Gap gap }:
                json.WriteNumber("after", gap.After);
                json.WriteNumber("next", gap.Next);
                break;
            case Message.Refused refused:
                json.WriteString("why", refused.Why);
                break;
        }
    }

    private static Message ReadMessage(JsonElement json) => json.Text("is") switch
    {
        "describe" => new Message.Describe(),
        "query" => new Message.Inquire(QueryDocument.Read(json)),
        "answer" => new Message.Answered(QueryDocument.ReadAnswer(json)),
        "subscribe" => new Message.Subscribe(json.Get("after").GetInt64()),
        "happened" => new Message.Told(new Notice.Happened(EventDocument.Read(json.Get("event")) is { Number: not null } happened
            ? happened
            : throw new JsonException("an event without a number"))),
        "gap" => new Message.Told(new Notice.Gap(json.Get("after").GetInt64(), json.Get("next").GetInt64())),
        "working" => new Message.Working(),
        "done" => new Message.Done([.. json.Get("outcomes").EnumerateArray().Select(OutcomeDocument.Read)], json.Texts("warnings")),
        "described" => new Message.Described(new DaemonStatus(
            json.Get("pid").GetInt32(),
            json.Text("version"),
            json.Get("startedAt").GetDateTimeOffset(),
            json.Get("supervised").GetInt32(),
            json.Get("running").GetInt32(),
            json.Get("restarts").GetInt32(),
            json.Maybe("lastError")?.GetString())),
        "refused" => new Message.Refused(json.Text("why")),
        var word => new Message.Ask(RequestDocument.Read(json, word)),
    };
}

/// <summary>The other end speaks another version of the protocol.</summary>
public sealed class OtherProtocolException(int version) : Exception
{
    public int Version => version;
}
