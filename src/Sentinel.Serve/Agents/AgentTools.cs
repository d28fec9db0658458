using System.Text.Json.Nodes;

namespace Sentinel.Serve.Agents;

/// <summary>The tools of the server for agents: a few, each of which does a whole step.</summary>
internal static class AgentTools
{
    private static readonly ToolField
        Folder = new("folder", "string", "Folder of the project, if it is not where this server was started"),
        Names = new("names", "strings"),
        Profiles = new("profiles", "strings"),
        Timeout = new("timeout_s", "integer", "0 to 120, usually 60"),
        Keep = new("keep", "boolean", "Let it run on when this session ends"),
        Force = new("force", "boolean", "Also what belongs to the user or another session");

    private static readonly ToolField Outcome = new("outcome", "string"), Why = new("why", "string"), Next = new("next", "string"), Results = new("results", "objects"), Rows = new("processes", "objects"),
        Reached = new("reached", "boolean"), Pending = new("pending", "boolean"), Output = new("untrustedOutput", "strings");

    public static IReadOnlyList<AgentTool> Of(Workplace place)
    {
        var (looking, doing) = (new Looking(place), new Doing(place));
        return
        [
            new("status", "What runs, where it can be reached, and what is wrong. Call it first: what you need may already run.", looking.Status)
            {
                Inputs = [Folder, Names], Outputs = [new("project", "object"), Rows, Next], IsReadOnly = true,
            },
            new("up", "Starts the project of sentinel.toml (or a Procfile, compose file, ...), or these of its processes with what they need; returns when all is ready or something failed.", doing.Up)
            {
                Inputs = [Folder, Names, Profiles, Timeout, Keep], Outputs = [new("ready", "boolean"), Pending, Rows, Outcome, Why, Next],
            },
            new("down", "Stops the project, or these of its processes with what needs them.", doing.Down)
            {
                Inputs = [Folder, Names], Outputs = [Results, Outcome, Why], IsDestructive = true,
            },
            new("run", "Runs a program in the background under a name, and returns when it is ready. What runs already under that name as asked for is not started again.", doing.Run)
            {
                Inputs =
                [
                    new("name", "string") { IsRequired = true },
                    new("command", "string", "A command line, as for a shell"),
                    new("args", "strings", "Instead: words, executed as they are"),
                    Folder,
                    new("env", "object"),
                    new("ports", "strings", "http (any free port, in PORT), 3000, http:3000, 3000+ (or the next that is free)"),
                    new("wait_for", "string", "listening (usual with ports), ready, exit, log:REGEX, file:PATH; without: that it does not end at once"),
                    new("ready_http", "string", "Address that answers when it is ready: http://localhost:$PORT/health"),
                    Timeout,
                    new("replace", "boolean", "Change what has the name into this"),
                    Keep,
                ],
                Outputs = [Outcome, Reached, Pending, Rows, Why, Next],
            },
            new("stop", "Stops processes with all that they started.", doing.Stop)
            {
                Inputs = [Names with { IsRequired = true }, Force], Outputs = [Results, Outcome, Why], IsDestructive = true,
            },
            new("restart", "Restarts processes, and returns when they are ready.", doing.Restart)
            {
                Inputs = [Names with { IsRequired = true }, Force], Outputs = [Results, Rows, Outcome, Why], IsDestructive = true, IsIdempotent = false,
            },
            new("logs", "The last lines that processes wrote. 'after' of an answer gives only what is new, 'before' what is older.", looking.Logs)
            {
                Inputs =
                [
                    Names with { IsRequired = true },
                    new("grep", "string", "Regular expression"),
                    new("level", "string", "warn or error"),
                    new("since", "string", "10m, or a time"),
                    new("lines", "integer", "Usually 80; more makes the answer longer"),
                    new("after", "string"),
                    new("before", "string"),
                ],
                Outputs = [Output, new("after", "string"), new("before", "string")],
                IsReadOnly = true,
                Most = Looking.MostOf,
            },
            new("why", "Why a process is as it is: the cause, how its last runs ended and what they wrote, what comes next.", looking.Why)
            {
                Inputs = [new("name", "string") { IsRequired = true }],
                Outputs = [new("process", "object"), new("cause", "string"), Next, new("portsHeld", "strings"), new("runs", "objects"), Output],
                IsReadOnly = true,
            },
            new("wait", "Returns when it is so, or cannot become so.", doing.Wait)
            {
                Inputs = [Names with { IsRequired = true }, new("for", "string", "ready (usual), listening, exit, done, healthy, stopped, log:REGEX, file:PATH"), Timeout],
                Outputs = [Reached, Pending, Rows, Why, Next],
                IsReadOnly = true,
            },
            new("apply", "What an edited sentinel.toml would change; with dry_run false: changes it, and restarts only what has to be.", doing.Apply)
            {
                Inputs = [Folder, new("dry_run", "boolean", "Usually true")], Outputs = [new("applied", "boolean"), new("changes", "objects"), Results, Outcome, Why, Next], IsDestructive = true,
            },
        ];
    }
}
