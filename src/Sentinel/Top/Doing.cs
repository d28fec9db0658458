using Sentinel.Core.Store;
using Sentinel.Model.Specs;
using Sentinel.Screen;
using Effect = Sentinel.Screen.Effect;

namespace Sentinel.Top;

/// <summary>Changes what runs, for the screen: asks first where others need it, and tells what came of it.</summary>
/// <param name="scene">What is shown now.</param>
/// <param name="change">Shows something else.</param>
internal sealed class Doing(IPlace place, Func<Scene> scene, Action<Scene> change)
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
                place.Deeds.Open(open.Url, () => change(scene().Tell($"No browser could be opened here: {open.Url}")));
                break;
        }
    }

    private void Stop(Effect.Stop stop)
    {
        try
        {
            if (place.QuestionBefore(stop) is { } question)
                change(scene() with { Prompt = question });
            else
                Run(stop.By);
        }
        catch (StateException e)
        {
            change(scene().Tell(e.Message, isError: true));
        }
    }

    private void OfProject(Effect.Project wanted)
    {
        if (place.ProjectOf(wanted.Name) is not var (folder, words))
        {
            change(scene().Tell("What is chosen is of no project, and there is none in this folder: 'sentinel init' writes a sentinel.toml", isError: true));
            return;
        }

        switch (wanted.Verb)
        {
            case "plan":
                change(scene() with { Pane = new Pane(PaneKind.Plan, []) { Title = wanted.Name ?? "", Folder = folder, IsLoading = true, Apply = ["apply", .. words] }, IsInPane = true });
                place.Deeds.Run(["plan", .. words], folder, deed => Fill(PaneKind.Plan, deed));
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
        Carry(run, new Deed(true, []), deed =>
        {
            // Not all that a command changes is an event.
            place.Refresh();
            if (run.ShowsOutput)
                Fill(PaneKind.Output, deed);
            else
                change(Told(deed, line));
        });
    }

    // With all that follow it.
    private void Carry(Effect.Run run, Deed before, Action<Deed> done) => place.Deeds.Run(run.Words, run.Folder, deed =>
    {
        var all = new Deed(before.Succeeded && deed.Succeeded, [.. before.Lines, .. deed.Lines]);
        if (run.Next is { } next)
            Carry(next, all, done);
        else
            done(all);
    });

    private Scene Told(Deed deed, string line)
    {
        // What went wrong comes after all that did not.
        var first = deed.Succeeded ? deed.Lines.FirstOrDefault() : deed.Lines.FirstOrDefault(said => said.Contains("Error: ", StringComparison.Ordinal)) ?? deed.Lines.FirstOrDefault();
        return scene().Tell((first ?? $"{line}: done") + (deed.Lines.Count > 1 ? $" (and {Rendering.Text.Count(deed.Lines.Count - 1, "more line", "more lines")})" : ""), !deed.Succeeded);
    }

    private void Fill(PaneKind kind, Deed deed)
    {
        if (scene().Pane is { } pane && pane.Kind == kind)
            change(scene() with { Pane = pane with { Lines = [.. deed.Lines.Select(Pane.Bare).Select(Rendering.Text.Printable)], IsLoading = false } });
    }
}
