using System.Text.Json;
using Sentinel.Model;

namespace Sentinel.Api.Wire;

/// <summary>Answers as they go over the socket; their parts are also those of <c>--json</c>.</summary>
internal static class AnswerDocument
{
    public static void Write(Utf8JsonWriter json, Answer answer)
    {
        switch (answer)
        {
            case Answer.Processes processes:
                json.WriteString("about", QueryDocument.Processes);
                json.WriteArray("processes", processes.All, process => ProcessDocument.Write(json, process));
                json.WriteNumber("lastEvent", processes.LastEvent);
                break;
            case Answer.Summaries summaries:
                json.WriteString("about", QueryDocument.Summaries);
                json.WriteArray("processes", summaries.All, process => SummaryDocument.Write(json, process));
                break;
            case Answer.Stories stories:
                json.WriteString("about", QueryDocument.Stories);
                json.WriteObjects("stories", stories.All, story => Write(json, story));
                break;
            case Answer.Groups groups:
                json.WriteString("about", QueryDocument.Groups);
                json.WriteArray("groups", groups.All, group => GroupInfoDocument.Write(json, group));
                break;
            case Answer.Ports ports:
                json.WriteString("about", QueryDocument.Ports);
                json.WriteArray("ports", ports.All, port => PortDocument.Write(json, port));
                break;
            case Answer.Environment environment:
                json.WriteString("about", QueryDocument.Environment);
                json.WriteObjectOrNull("environment", environment.Of, EnvironmentDocument.Write);
                break;
            case Answer.Overdue overdue:
                json.WriteString("about", QueryDocument.Overdue);
                json.WriteArray("results", overdue.All, outcome => OutcomeDocument.Write(json, outcome));
                break;
            case Answer.Start start:
                json.WriteString("about", QueryDocument.Start);
                if (start.Failure is { } failure)
                {
                    json.WritePropertyName("failure");
                    OutcomeDocument.Write(json, failure);
                }

                break;
            case Answer.Log log:
                json.WriteString("about", QueryDocument.Log);
                json.WriteObjectOrNull("page", log.Page, LogPageDocument.Write);
                break;
            case Answer.Findings findings:
                json.WriteString("about", QueryDocument.Findings);
                FindingDocument.Write(json, findings.All);
                break;
            case Answer.Metrics metrics:
                json.WriteString("about", QueryDocument.Metrics);
                MetricsDocument.Write(json, metrics);
                break;
            case Answer.Events events:
                json.WriteString("about", QueryDocument.Events);
                json.WriteArray("events", events.Page, notice => EventDocument.Write(json, notice));
                json.WriteNumber("lastEvent", events.Last);
                break;
            default:
                throw new NotSupportedException(answer.GetType().Name);
        }

        json.WriteArray("missing", answer.Missing, outcome => OutcomeDocument.Write(json, outcome));
        json.WriteTexts("warnings", answer.Warnings);
    }

    public static Answer Read(JsonElement json)
    {
        Answer answer = json.Text("about") switch
        {
            QueryDocument.Processes => new Answer.Processes(
                [.. json.Get("processes").EnumerateArray().Select(ProcessDocument.Read)], json.Get("lastEvent").GetInt64()),
            QueryDocument.Summaries => new Answer.Summaries([.. json.Get("processes").EnumerateArray().Select(SummaryDocument.Read)]),
            QueryDocument.Stories => new Answer.Stories([.. json.Get("stories").EnumerateArray().Select(ReadStory)]),
            QueryDocument.Groups => new Answer.Groups([.. json.Get("groups").EnumerateArray().Select(GroupInfoDocument.Read)]),
            QueryDocument.Ports => new Answer.Ports([.. json.Get("ports").EnumerateArray().Select(PortDocument.Read)]),
            QueryDocument.Environment => new Answer.Environment(json.Maybe("environment") is { } environment ? EnvironmentDocument.Read(environment) : null),
            QueryDocument.Overdue => new Answer.Overdue([.. json.Get("results").EnumerateArray().Select(OutcomeDocument.Read)]),
            QueryDocument.Start => new Answer.Start(json.Maybe("failure") is { } failure ? OutcomeDocument.Read(failure) as Outcome.Failed : null),
            QueryDocument.Log => new Answer.Log(json.Maybe("page") is { } page ? LogPageDocument.Read(page) : null),
            QueryDocument.Findings => new Answer.Findings(FindingDocument.Read(json)),
            QueryDocument.Metrics => MetricsDocument.Read(json),
            QueryDocument.Events => new Answer.Events(
                [.. json.Get("events").EnumerateArray().Select(EventDocument.ReadNotice)], json.Get("lastEvent").GetInt64()),
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
            json.WriteTexts("stdoutLines", run.Stdout);
            json.WriteBoolean("isKept", run.IsKept);
        });
        json.WriteNumber("endedRuns", story.Ends);
        json.WriteOrNull("knownSince", story.KnownSince);
        json.WriteBoolean("isWatched", story.IsWatched);
        json.WriteOrNull("cause", story.Cause);
        json.WriteObjectOrNull("said", story.Said, SaidDocument.Write);
        PresentDocument.Write(json, story);
    }

    private static Story ReadStory(JsonElement json) => PresentDocument.Read(json, new Story(
        ProcessDocument.Read(json.Get("process")),
        [.. json.Get("lastRuns").EnumerateArray().Select(run => new Story.Run(
            EventDocument.Read(run.Get("end")) as Event.Ended ?? throw new JsonException("a run that has not ended"),
            run.Texts("stderrLines"),
            run.Get("isKept").GetBoolean())
        {
            Stdout = run.Texts("stdoutLines"),
        })],
        json.Get("endedRuns").GetInt32(),
        json.Maybe("knownSince")?.Time(),
        json.Get("isWatched").GetBoolean())
    {
        Cause = json.Maybe("cause")?.GetString(),
        Said = json.Maybe("said") is { } said ? SaidDocument.Read(said) : null,
    });
}
