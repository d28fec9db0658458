using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Rendering;

namespace Sentinel.Serve.Routes;

/// <summary>What belongs together, by a file.</summary>
internal static class ProjectRoutes
{
    private static readonly string[] UpOptions = ["again", "no-wait", "profile", "timeout"], DownOptions = ["force", "forget", "logs", "signal", "timeout"];

    public static IEnumerable<Route> All { get; } =
    [
        new("GET", "projects", "All projects that are registered", "projects", List),
        new("GET", "projects/{project}/graph", "Which process needs which, as 'graph --json' prints it", "graph", call => Do(call, "graph", [])),
        new("GET", "graph", "The same of everything that is registered", "graph", call => Commands.Do(call, ["graph", "--all", "--json"])),
        new("POST", "projects/{project}/plan", "What 'up' would change, and why", "plan", call => Do(call, "plan", [])) { Body = [] },
        new("POST", "projects/{project}/apply", "Changes what runs into what the file says, and starts nothing else", "outcomes", call => Do(call, "apply", [])) { Body = [] },
        new("POST", "projects/{project}/up", "Starts it, and waits until all of it is ready", "outcomes", call => Do(call, "up", UpOptions)) { Body = UpOptions },
        new("POST", "projects/{project}/down", "Stops it, in reverse order", "outcomes", call => Do(call, "down", DownOptions)) { Body = DownOptions },
    ];

    private static async Task List(Call call)
    {
        var answer = await call.Ask<Answer.Groups>(new Query.Groups(null));
        await call.Json(Documents.Written(json =>
        {
            json.WriteObjects("projects", answer.All.Where(group => group.Project is not null), group =>
            {
                json.WriteString("name", group.Name);
                json.WriteString("folder", group.Project!.Folder);
                json.WriteString("file", group.Project.File);
                json.WriteTexts("processes", group.Processes.Select(process => process.Name));
            });
            json.WriteTexts("warnings", answer.Warnings);
        }));
    }

    private static async Task Do(Call call, string verb, string[] options)
    {
        var name = call.Part("project")!;
        var project = (await call.Ask<Answer.Groups>(new Query.Groups(null))).All.FirstOrDefault(group => group.Name == name)?.Project
            ?? throw new NotFoundException($"there is no project {name}");
        var given = HttpMethods.IsGet(call.Context.Request.Method) ? ["--json"] : Commands.OptionsIn(await call.Body(), options);
        await Commands.Do(call, [verb, .. given, $"--file={project.File}"], project.Folder);
    }
}
