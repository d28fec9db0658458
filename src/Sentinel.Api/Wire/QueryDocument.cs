using System.Text.Json;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;

namespace Sentinel.Core.Daemon;

/// <summary>Queries and their answers as they go over the socket.</summary>
internal static class QueryDocument
{
    private const string Processes = "processes";

    public static void Write(Utf8JsonWriter json, Query query)
    {
        switch (query)
        {
            case Query.Processes processes:
                json.WriteString("about", Processes);
                RequestDocument.Write(json, processes.Selection);
                json.WriteBoolean("withRemains", processes.WithRemains);
                json.WriteBoolean("withLogs", processes.WithLogs);
                if (processes.Asker is { } asker)
                {
                    json.WriteStartObject("asker");
                    RunDocument.Write(json, asker);
                    json.WriteEndObject();
                }

                break;
            default:
                throw new NotSupportedException(query.GetType().Name);
        }
    }

    public static Query Read(JsonElement json) => json.Text("about") switch
    {
        Processes => new Query.Processes(RequestDocument.ReadSelection(json))
        {
            WithRemains = json.Get("withRemains").GetBoolean(),
            WithLogs = json.Get("withLogs").GetBoolean(),
            Asker = json.Maybe("asker") is { } asker ? RunDocument.ReadIdentity(asker) : null,
        },
        var word => throw JsonFields.Unknown("query about", word),
    };

    public static void Write(Utf8JsonWriter json, Answer answer)
    {
        switch (answer)
        {
            case Answer.Processes processes:
                json.WriteString("about", Processes);
                ViewDocument.Write(json, processes.Views);
                json.WriteArray("missing", processes.Missing, outcome => OutcomeDocument.Write(json, outcome));
                json.WriteTexts("warnings", processes.Warnings);
                json.WriteNumber("lastEvent", processes.LastEvent);
                break;
            default:
                throw new NotSupportedException(answer.GetType().Name);
        }
    }

    public static Answer ReadAnswer(JsonElement json) => json.Text("about") switch
    {
        Processes => new Answer.Processes(
            ViewDocument.Read(json), [.. json.Get("missing").EnumerateArray().Select(OutcomeDocument.Read)], json.Texts("warnings"))
        {
            LastEvent = json.Get("lastEvent").GetInt64(),
        },
        var word => throw JsonFields.Unknown("answer about", word),
    };
}
