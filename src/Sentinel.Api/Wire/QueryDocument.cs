using System.Text.Json;

namespace Sentinel.Api.Wire;

/// <summary>Queries as they go over the socket.</summary>
internal static class QueryDocument
{
    internal const string Processes = "processes", Summaries = "summaries", Stories = "stories", Groups = "groups", Ports = "ports", Environment = "environment",
        Overdue = "overdue", Start = "start", Log = "log", Findings = "findings", Metrics = "metrics", Events = "events";

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
            case Query.Summaries summaries:
                json.WriteString("about", Summaries);
                RequestDocument.Write(json, summaries.Selection);
                break;
            case Query.Stories stories:
                json.WriteString("about", Stories);
                RequestDocument.Write(json, stories.Selection);
                json.WriteNumber("lines", stories.Lines);
                break;
            case Query.Groups groups:
                json.WriteString("about", Groups);
                json.WriteOrNull("name", groups.Name);
                break;
            case Query.Ports ports:
                json.WriteString("about", Ports);
                json.WriteOrNull("name", ports.Name);
                break;
            case Query.Environment environment:
                json.WriteString("about", Environment);
                json.WriteString("target", environment.Target);
                json.WriteBoolean("withValues", environment.WithValues);
                json.WriteOrNull("folder", environment.Folder);
                break;
            case Query.Overdue overdue:
                json.WriteString("about", Overdue);
                json.WriteOrNull("session", overdue.Session);
                break;
            case Query.Start start:
                json.WriteString("about", Start);
                json.WriteObjectOrNull("process", start.Started, ProcessRefDocument.Write);
                json.WriteBoolean("serves", start.Serves);
                break;
            case Query.Log log:
                json.WriteString("about", Log);
                json.WriteString("target", log.Target);
                json.WriteString("stream", log.Stream.Word());
                json.WriteNumber("lines", log.Lines);
                json.WriteOrNull("before", log.Before);
                json.WriteOrNull("after", log.After);
                break;
            case Query.Findings:
                json.WriteString("about", Findings);
                break;
            case Query.Metrics:
                json.WriteString("about", Metrics);
                break;
            case Query.Events events:
                json.WriteString("about", Events);
                json.WriteNumber("after", events.After);
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
            Summaries => new Query.Summaries(RequestDocument.ReadSelection(json)),
            Stories => new Query.Stories(RequestDocument.ReadSelection(json), json.Get("lines").GetInt32()),
            Groups => new Query.Groups(json.Maybe("name")?.GetString()),
            Ports => new Query.Ports(json.Maybe("name")?.GetString()),
            Environment => new Query.Environment(json.Text("target"), json.Get("withValues").GetBoolean(), json.Maybe("folder")?.GetString()),
            Overdue => new Query.Overdue(json.Maybe("session")?.GetString()),
            Start => new Query.Start(ProcessRefDocument.Read(json.Get("process")), json.Get("serves").GetBoolean()),
            Log => new Query.Log(
                json.Text("target"), LogPageDocument.ReadStream(json), json.Get("lines").GetInt32())
            {
                Before = json.Maybe("before")?.GetInt64(),
                After = json.Maybe("after")?.GetInt64(),
            },
            Findings => new Query.Findings(),
            Metrics => new Query.Metrics(),
            Events => new Query.Events(json.Get("after").GetInt64()),
            var word => throw JsonFields.Unknown("query about", word),
        };
        return query with { Asker = json.Maybe("asker") is { } asker ? RunDocument.ReadIdentity(asker) : null };
    }
}
