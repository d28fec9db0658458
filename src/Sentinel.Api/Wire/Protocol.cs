using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>
/// Messages as they go over the socket: a frame is the length of its JSON, in four bytes with the lowest first, then the JSON. Each
/// message names the version of the protocol: the oldest whose readers understand it, so that a program can speak with another of an
/// earlier version for as long as both keep to what that version had.
/// </summary>
public static class Protocol
{
    /// <summary>The newest version, which this is.</summary>
    public const int Version = 4;

    /// <summary>The oldest version whose messages are still understood.</summary>
    public const int Oldest = 4;

    private const string HelloWord = "hello", WelcomeWord = "welcome";

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
    /// <exception cref="OtherProtocolException">It is a message of a version that is not understood.</exception>
    public static Message Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        try
        {
            var json = document.RootElement;
            var version = json.Get("protocol").GetInt32();
            var word = json.Maybe("is") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
            // Greetings are understood in any version: how else would two programs find out what they have in common?
            return word == HelloWord ? new Message.Hello()
                : word == WelcomeWord ? new Message.Welcome(DaemonDocument.Read(json))
                : ProtocolRange.Ours.Has(version) ? ReadMessage(json)
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
            Message.Hello => HelloWord,
            Message.Inquire => "query",
            Message.Answered => "answer",
            Message.Subscribe => "subscribe",
            Message.Told => "told",
            Message.Working => "working",
            Message.Done => "done",
            Message.Welcome => WelcomeWord,
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
            case Message.Welcome { Status: var status }:
                DaemonDocument.Write(json, status);
                break;
            case Message.Inquire { Query: var query }:
                QueryDocument.Write(json, query);
                break;
            case Message.Answered { Answer: var answer }:
                AnswerDocument.Write(json, answer);
                break;
            case Message.Subscribe subscribe:
                json.WriteNumber("after", subscribe.After);
                break;
            case Message.Told { Notice: var notice }:
                json.WritePropertyName("event");
                EventDocument.Write(json, notice);
                break;
            case Message.Refused refused:
                json.WriteString("why", refused.Why);
                json.WriteString("code", refused.Code.Word());
                break;
        }
    }

    private static Message ReadMessage(JsonElement json) => json.Text("is") switch
    {
        "query" => new Message.Inquire(QueryDocument.Read(json)),
        "answer" => new Message.Answered(AnswerDocument.Read(json)),
        "subscribe" => new Message.Subscribe(json.Get("after").GetInt64()),
        "told" => new Message.Told(EventDocument.ReadNotice(json.Get("event"))),
        "working" => new Message.Working(),
        "done" => new Message.Done([.. json.Get("outcomes").EnumerateArray().Select(OutcomeDocument.Read)], json.Texts("warnings")),
        "refused" => new Message.Refused(json.Text("why"), FailureCodes.Parse(json.Maybe("code")?.GetString())),
        var word => new Message.Ask(RequestDocument.Read(json, word)),
    };
}

/// <summary>The other end speaks another version of the protocol.</summary>
public sealed class OtherProtocolException(int version) : Exception
{
    public int Version => version;
}
