using System.Text.Json;
using Sentinel.Model;

namespace Sentinel.Api.Wire;

/// <summary>Queries and their answers as they go over the socket.</summary>
internal static class QueryDocument
{
    private const string Processes = "processes", Stories = "stories";

    public static void Write(Utf8JsonWriter json, Query query)
    {
        switch (query)
        {
            case Query.Processes processes:
                json.WriteString("about", Processes);
                RequestDocument.Write(json, processes.Selection);
                json.WriteBoolean("withRemains", processes.WithRemains);
                json.WriteBoolean("withLogs", processes.WithLogs);
                json.WriteBoolean("withOptions", processes.WithOptions);
                break;
            case Query.Stories stories:
                json.WriteString("about", Stories);
                RequestDocument.Write(json, stories.Selection);
                json.WriteNumber("lines", stories.Lines);
                break;
            default:
                throw new NotSupportedException(query.GetType().Name);
        }

        json.WriteObjectOrNull("asker", query.Asker, RunDocument.Write);
    }

    public static Query Read(JsonElement json)
    {
        Query query = json.Text("about") switch
        {
            Processes => new Query.Processes(RequestDocument.ReadSelection(json))
            {
                WithRemains = json.Get("withRemains").GetBoolean(),
                WithLogs = json.Get("withLogs").GetBoolean(),
                WithOptions = json.Get("withOptions").GetBoolean(),
            },
            Stories => new Query.Stories(RequestDocument.ReadSelection(json), json.Get("lines").GetInt32()),
            var word => throw JsonFields.Unknown("query about", word),
        };
        return query with { Asker = json.Maybe("asker") is { } asker ? RunDocument.ReadIdentity(asker) : null };
    }

    public static void Write(Utf8JsonWriter json, Answer answer)
    {
        switch (answer)
        {
            case Answer.Processes processes:
                json.WriteString("about", Processes);
                json.WriteArray("processes", processes.All, process => ProcessDocument.Write(json, process));
                json.WriteNumber("lastEvent", processes.LastEvent);
                break;
            case Answer.Stories stories:
                json.WriteString("about", Stories);
                json.WriteObjects("stories", stories.All, story => Write(json, story));
                break;
            default:
                throw new NotSupportedException(answer.GetType().Name);
        }

        json.WriteArray("missing", answer.Missing, outcome => OutcomeDocument.Write(json, outcome));
        json.WriteTexts("warnings", answer.Warnings);
    }

    public static Answer ReadAnswer(JsonElement json)
    {
        Answer answer = json.Text("about") switch
        {
            Processes => new Answer.Processes([.. json.Get("processes").EnumerateArray().Select(ProcessDocument.Read)], json.Get("lastEvent").GetInt64()),
            Stories => new Answer.Stories([.. json.Get("stories").EnumerateArray().Select(ReadStory)]),
            var word => throw JsonFields.Unknown("answer about", word),
        };
        return answer with
        {
            Missing = [.. json.Get("missing").EnumerateArray().Select(OutcomeDocument.Read)],
            Warnings = json.Texts("warnings"),
        };
    }

    private static void Write(Utf8JsonWriter json, Story story)
    {
        json.WritePropertyName("process");
        ProcessDocument.Write(json, story.Process);
        json.WriteObjects("lastRuns", story.Runs, run =>
        {
            json.WritePropertyName("end");
            EventDocument.Write(json, run.End);
            json.WriteTexts("stderrLines", run.Stderr);
            json.WriteBoolean("isKept", run.IsKept);
        });
        json.WriteNumber("endedRuns", story.Ends);
        json.WriteOrNull("knownSince", story.KnownSince);
        json.WriteBoolean("isWatched", story.IsWatched);
    }

    private static Story ReadStory(JsonElement json) => new(
        ProcessDocument.Read(json.Get("process")),
        [.. json.Get("lastRuns").EnumerateArray().Select(run => new Story.Run(
            EventDocument.Read(run.Get("end")) as Event.Ended ?? throw new JsonException("a run that has not ended"),
            run.Texts("stderrLines"),
            run.Get("isKept").GetBoolean()))],
        json.Get("endedRuns").GetInt32(),
        json.Maybe("knownSince")?.Time(),
        json.Get("isWatched").GetBoolean());
}
