using Sentinel.Core.Store;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Screen;
using Effect = Sentinel.Screen.Effect;

namespace Sentinel.Top;

/// <summary>Changes what runs, for the screen: asks first where others need it, and tells what came of it.</summary>
/// <param name="scene">What is shown now.</param>
/// <param name="change">Shows something else.</param>
internal sealed class Doing(TopTools tools, Deeds deeds, Sights sights, Func<Scene> scene, Action<Scene> change)
{
    public void Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.Stop stop:
                Stop(stop);
                break;
            case Effect.Project project:
                OfProject(project);
                break;
            case Effect.Run run:
                Run(run);
                break;
            case Effect.Open open:
                change(scene().Tell(open.Url));
                deeds.Open(open.Url, () => change(scene().Tell($"No browser could be opened here: {open.Url}")));
                break;
        }
    }

    private void Stop(Effect.Stop stop)
    {
        try
        {
            if (QuestionBefore(stop) is { } question)
                change(scene() with { Prompt = question });
            else
                Run(new Effect.Run(stop.Words));
        }
        catch (StateException e)
        {
            change(scene().Tell(e.Message, isError: true));
        }
    }

    private void OfProject(Effect.Project wanted)
    {
        if (ProjectOf(wanted.Name) is not var (folder, words))
        {
            change(scene().Tell("What is chosen is of no project, and there is none in this folder: 'sentinel init' writes a sentinel.toml", isError: true));
            return;
        }

        switch (wanted.Verb)
        {
            case "plan":
                change(scene() with { Pane = new Pane(PaneKind.Plan, []) { Title = wanted.Name ?? "", Folder = folder, IsLoading = true, Apply = ["apply", .. words] }, IsInPane = true });
                deeds.Run(["plan", .. words], folder, deed => Fill(PaneKind.Plan, deed));
                break;
            case "down":
                change(scene() with
                {
                    Prompt = new Prompt.Question([$"Bring {wanted.Name ?? folder} down, in reverse order?"], [new Prompt.Choice('y', "yes", new Effect.Run(["down", .. words], folder))]),
                });
                break;
            default:
                Run(new Effect.Run([wanted.Verb, "--no-wait", .. words], folder));
                break;
        }
    }

    private void Run(Effect.Run run)
    {
        var line = $"sentinel {string.Join(' ', run.Words.Select(ShellWords.Quote))}";
        if (run.ShowsOutput)
            change(scene() with { Pane = new Pane(PaneKind.Output, []) { Title = line, IsLoading = true }, IsInPane = true });
        else
            change(scene().Tell($"{line} ..."));
        deeds.Run(run.Words, run.Folder, deed =>
        {
            // Not all that a command changes is an event.
            sights.Refresh();
            if (run.ShowsOutput)
                Fill(PaneKind.Output, deed);
            else
                change(Told(deed, line));
        });
    }

    private Scene Told(Deed deed, string line)
    {
        // What went wrong comes after all that did not.
        var first = deed.Succeeded ? deed.Lines.FirstOrDefault() : deed.Lines.FirstOrDefault(said => said.StartsWith("Error:", StringComparison.Ordinal)) ?? deed.Lines.FirstOrDefault();
        return scene().Tell((first ?? $"{line}: done") + (deed.Lines.Count > 1 ? $" (and {Rendering.Text.Count(deed.Lines.Count - 1, "more line", "more lines")})" : ""), !deed.Succeeded);
    }

    private void Fill(PaneKind kind, Deed deed)
    {
        if (scene().Pane is { } pane && pane.Kind == kind)
            change(scene() with { Pane = pane with { Lines = [.. deed.Lines.Select(Pane.Bare).Select(Rendering.Text.Printable)], IsLoading = false } });
    }

    // What to ask before processes are stopped; null: nobody else needs them.
    private Prompt.Question? QuestionBefore(Effect.Stop stop)
    {
        var state = tools.Store.Read();
        var records = stop.Names.Select(state.HolderOf).OfType<ProcessRecord>().ToList();
        var others = new Dependencies(state.Processes.Values).DependentsOf(records).Where(other => other.State.IsUnderWay).Select(other => other.Spec.Name).ToList();
        if (others.Count == 0)
            return stop.Question is null ? null : new Prompt.Question([stop.Question], [new Prompt.Choice('y', "yes", new Effect.Run(stop.Words))]);
        var what = stop.Names.Count == 1 ? stop.Names[0] : $"{stop.Names.Count} processes";
        var needed = $"{what}: needed by {string.Join(", ", others.Take(5))}{(others.Count > 5 ? $" and {others.Count - 5} more" : "")}";
        return stop.Question is { } question
            ? new Prompt.Question([needed, question], [new Prompt.Choice('y', "yes; the others go on", new Effect.Run(stop.Words))])
            : new Prompt.Question(
                [needed],
                [
                    new Prompt.Choice('y', $"stop {what} alone; the others go on", new Effect.Run(stop.Words)),
                    new Prompt.Choice('d', "stop the others first, too", new Effect.Run([.. stop.Words, "--with-dependents"])),
                ]);
    }

    // The folder and the words of a command about a project; null: there is no such project.
    private (string Folder, IReadOnlyList<string> Words)? ProjectOf(string? name)
    {
        if (name is not null && tools.Store.Read().Groups.GetValueOrDefault(name)?.Project is { } mark)
            return (mark.Folder, ["--file", Path.Combine(mark.Folder, mark.File)]);
        return name is null && tools.ProjectFile is { } file ? (Path.GetDirectoryName(file)!, ["--file", file]) : null;
    }
}
