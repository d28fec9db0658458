using System.Collections.Immutable;
using Sentinel.Screen.Keys;

namespace Sentinel.Screen;

/// <summary>What becomes of the screen when a key is pressed, and what is to be done outside of it.</summary>
internal static class Controls
{
    public static (Scene Scene, Effect? Effect) Press(Scene scene, Key key) => key switch
    {
        { Code: KeyCode.Text, Ctrl: true, Text: "c" } => (scene, new Effect.Quit()),
        { Code: KeyCode.Text, Ctrl: true, Text: "z" } => (scene, new Effect.Suspend()),
        { Code: KeyCode.Text, Ctrl: true, Text: "l" } => (scene, new Effect.Redraw()),
        _ when scene.Prompt is { } prompt => PromptControls.Press(scene, prompt, key),
        // What was said has been read.
        _ => Decide(scene with { Told = null }, key),
    };

    /// <summary>A pane about the chosen line.</summary>
    public static Pane PaneOf(Scene scene, PaneKind kind)
    {
        IReadOnlyList<Subject> subjects = kind is PaneKind.Events or PaneKind.Graph or PaneKind.Ports ? []
            : [.. (scene.Chosen?.Members ?? []).Select(Subject.Of).Take(kind is PaneKind.Env or PaneKind.Tree ? 1 : int.MaxValue)];
        return Filled(scene, new Pane(kind, subjects) { Title = TitleOf(scene.Chosen, subjects) });
    }

    /// <summary>The logs of all that are marked or, if none is, of all that are shown.</summary>
    public static Pane PaneOfMany(Scene scene)
    {
        var processes = scene.Marked.Count > 0 ? scene.Subjects : scene.Listing.Passing;
        return Filled(scene, new Pane(PaneKind.Logs, [.. processes.Select(Subject.Of)])
        {
            IsOfMany = true,
            Title = scene.Marked.Count > 0 ? $"{processes.Count} marked" : processes.Count == scene.Listing.Processes.Count ? "all" : $"{processes.Count} shown",
        });
    }

    // How logs are looked at stays as it was chosen.
    private static Pane Filled(Scene scene, Pane pane) => pane with
    {
        IsLoading = true,
        ShowsSecrets = false,
        Logs = pane.Kind != PaneKind.Logs ? null : scene.Pane?.Logs is { } logs ? logs with { Rows = [], IsFollowing = true, IsFiltered = false, Note = null } : new LogSight([]),
    };

    private static string TitleOf(Row? row, IReadOnlyList<Subject> subjects) => row is Row.Heading heading && subjects.Count != 1 ? heading.Name : subjects.Count > 0 ? subjects[0].Text : "";

    private static (Scene, Effect?) Decide(Scene scene, Key key) =>
        (scene.IsInPane || Frame.IsWhole(scene)) && scene.Pane is { } pane && PaneControls.Press(scene, pane, key) is { } inPane ? inPane : InTable(scene, key);

    private static (Scene, Effect?) InTable(Scene scene, Key key)
    {
        var place = scene.Listing.PlaceOf(scene.At) ?? 0;
        if (Steps.Of(key, Math.Max(1, scene.Frame.TableRows - 1)) is { } step)
            return Choose(place + step);
        switch (key)
        {
            case { Code: KeyCode.Home }:
                return Choose(0);
            case { Code: KeyCode.End }:
                return Choose(int.MaxValue);
            case { Code: KeyCode.Click }:
                return Click(scene, key);
            case { Code: KeyCode.Enter }:
                return Enter(scene);
            case { Code: KeyCode.Tab } or { Code: KeyCode.BackTab }:
                return (scene with { IsInPane = scene.Pane is not null && !scene.IsInPane }, null);
            case { Code: KeyCode.Escape }:
                return (Back(scene), null);
            case { Code: KeyCode.Function, Text: "1" }:
                return Verbs.Find('?')!.Do(scene);
            case { Code: KeyCode.Delete }:
                return Verbs.Find('D')!.Do(scene);
        }

        switch (key.Character)
        {
            case 'G':
                return Choose(int.MaxValue);
            case ' ':
                return (Follow(Toggled(scene, scene.Chosen?.Members ?? []).Choose(place + 1)), null);
            case '*':
                return (Toggled(scene, scene.Listing.Passing), null);
            case '/':
                return (scene with { Prompt = new Prompt.Filter(scene.Listing.Arrangement.Filter, scene.Listing.Arrangement.Filter) }, null);
            case 'n':
                return Next(scene, place, by: 1);
            case 'N':
                return Next(scene, place, by: -1);
            case ':':
                return (scene with { Prompt = new Prompt.Palette("", 0) }, null);
            case 'z' when scene.Pane is not null:
                return (scene with { IsZoomed = !scene.IsZoomed, IsInPane = true }, null);
            case 'y' when scene.Chosen is { } chosen:
                return (scene, new Effect.Copy(chosen is Row.Heading heading ? heading.Name : chosen.Members[0].Name));
            case >= '1' and <= '9' and var digit:
                return (Follow(SortedBy(scene, digit - '1')), null);
            case var character:
                return Verbs.Find(character)?.Do(scene) ?? (scene.Pane is { } shown ? PaneControls.Change(scene, shown, character) : null) ?? (scene, null);
        }

        (Scene, Effect?) Choose(int to) => (Follow(scene.Choose(to)), null);
    }

    /// <summary>The pane shows the chosen line, if it is one that does.</summary>
    public static Scene Follow(Scene scene)
    {
        if (scene.Pane is not { FollowsChoice: true } pane)
            return scene;
        var next = PaneOf(scene, pane.Kind);
        return next.Subjects.SequenceEqual(pane.Subjects) && pane.Title == next.Title ? scene : scene with { Pane = next };
    }

    /// <summary>One step back: from a pane to the table, from marks and filters to all.</summary>
    public static Scene Back(Scene scene) => scene switch
    {
        // What was to be read once.
        { Pane: { Kind: PaneKind.Help or PaneKind.Output or PaneKind.Plan } } => (scene with { Pane = null, IsInPane = false, IsZoomed = false }).WithUsualPane(),
        { IsZoomed: true } => scene with { IsZoomed = false },
        { Pane: not null } when Frame.IsWhole(scene) => scene with { Pane = null, IsInPane = false },
        { IsInPane: true } => scene with { IsInPane = false },
        { Marked.Count: > 0 } => scene with { Marked = [] },
        { Listing.Arrangement.Filter.Length: > 0 } => Follow(scene.Arranged(scene.Listing.Arrangement with { Filter = "" })),
        _ => scene with { Pane = null },
    };

    private static (Scene, Effect?) Enter(Scene scene)
    {
        if (scene.Chosen is Row.Heading heading)
        {
            var folded = scene.Listing.Arrangement.Folded;
            return (Follow(scene.Arranged(scene.Listing.Arrangement with { Folded = heading.IsFolded ? folded.Remove(heading.Name) : folded.Add(heading.Name) })), null);
        }

        return scene.Chosen is null ? (scene, null)
            : scene.Pane is null && Verbs.Find('l')!.Do(scene) is var (shown, effect) ? (shown with { IsInPane = true }, effect)
            : (scene with { IsInPane = true }, null);
    }

    private static (Scene, Effect?) Click(Scene scene, Key key)
    {
        var frame = scene.Frame;
        if (key.Row == frame.TableTop - 1 && frame.TableRows > 0)
            return ColumnLayout.Of(scene).At(key.Column) is { } index ? (Follow(SortedBy(scene, index)), null) : (scene, null);
        if (key.Row >= frame.TableTop && key.Row < frame.TableTop + frame.TableRows)
            return (Follow((scene with { IsInPane = false }).Choose(scene.Top + key.Row - frame.TableTop)), null);
        return (scene with { IsInPane = scene.Pane is not null }, null);
    }

    // What matches is not found by looking, but by the filter that was typed last.
    private static (Scene, Effect?) Next(Scene scene, int place, int by)
    {
        var rows = scene.Listing.Rows;
        for (var next = place + by; next >= 0 && next < rows.Count; next += by)
            if (rows[next] is Row.Single)
                return (Follow(scene.Choose(next)), null);
        return (scene, null);
    }

    // All of them marked: none is.
    private static Scene Toggled(Scene scene, IReadOnlyList<Api.ProcessSummary> processes)
    {
        var keys = processes.Select(process => process.Key).ToImmutableHashSet();
        return scene with { Marked = keys.Count > 0 && keys.IsSubsetOf(scene.Marked) ? scene.Marked.Except(keys) : scene.Marked.Union(keys) };
    }

    // The same column again: the other way round.
    private static Scene SortedBy(Scene scene, int index)
    {
        var shown = ColumnLayout.Of(scene).Columns;
        if (index >= shown.Count)
            return scene;
        var (name, old) = (shown[index].Column.Name, scene.Listing.Arrangement);
        // One sorts to see what comes first.
        return scene.Arranged(old with { By = name, IsReversed = old.By == name && !old.IsReversed }).Choose(0);
    }
}
