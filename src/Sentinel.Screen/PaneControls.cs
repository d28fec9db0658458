using Sentinel.Screen.Keys;

namespace Sentinel.Screen;

/// <summary>Keys while they are for the pane.</summary>
internal static class PaneControls
{
    private const int Sideways = 8;

    /// <summary>Null: the pane has no use for this key.</summary>
    public static (Scene, Effect?)? Press(Scene scene, Pane pane, Key key)
    {
        if (Steps.Of(key, Math.Max(1, scene.Frame.PaneRows - 1)) is { } step)
            return IsElsewhere(scene, key) ? null : Move(scene, pane, step);
        switch (key)
        {
            case { Code: KeyCode.Home }:
                return ToStart(scene, pane);
            case { Code: KeyCode.End }:
                return ToEnd(scene, pane);
            case { Code: KeyCode.Left }:
                return (scene with { Pane = pane with { Left = Math.Max(0, pane.Left - Sideways) } }, null);
            case { Code: KeyCode.Right } when pane.Logs is not { IsWrapped: true }:
                return (scene with { Pane = pane with { Left = pane.Left + Sideways } }, null);
            case { Code: KeyCode.Enter }:
                return pane.Kind == PaneKind.Plan ? Apply(scene, pane) : (scene, null);
        }

        return key.Character switch
        {
            'g' => ToStart(scene, pane),
            'G' => ToEnd(scene, pane),
            '/' => (scene with { Prompt = new Prompt.Find(pane.Find) }, null),
            'n' when pane.Find.Length > 0 => Next(scene, pane, isLater: true),
            'N' when pane.Find.Length > 0 => Next(scene, pane, isLater: false),
            'y' => pane.Chosen is { } line ? (scene, new Effect.Copy(Pane.Bare(line))) : (scene, null),
            'a' when pane.Kind == PaneKind.Plan => Apply(scene, pane),
            var character => Change(scene, pane, character),
        };
    }

    /// <summary>How the pane shows what it does: with these keys also from the table.</summary>
    public static (Scene, Effect?)? Change(Scene scene, Pane pane, char key) => key switch
    {
        '.' when pane.Kind == PaneKind.Env => (scene with { Pane = pane with { ShowsSecrets = !pane.ShowsSecrets, IsLoading = true } }, null),
        'f' when pane.Logs is { } logs => logs.IsFollowing
            ? (With(scene, pane, logs with { IsFollowing = false }), new Effect.MoveLogs(new LogMove.Stay()))
            : ToEnd(scene, pane),
        'T' when pane.Logs is { } logs => (With(scene, pane, logs with { HasTimes = !logs.HasTimes }), null),
        'W' when pane.Logs is { } logs => (With(scene, pane with { Left = 0 }, logs with { IsWrapped = !logs.IsWrapped }), null),
        'm' when pane.Logs is not null => (scene, new Effect.Mark()),
        _ => null,
    };

    private static (Scene, Effect?) Move(Scene scene, Pane pane, int lines)
    {
        if (pane.Logs is not { } logs)
            return (scene with { Pane = ChooseLine(pane, pane.At + lines, scene.Frame.PaneRows) }, null);
        var last = logs.Rows.Count - 1;
        // The newest line is at the bottom: there is nothing below it.
        if (logs.IsFollowing && lines > 0)
            return (scene, null);
        var at = (logs.IsFollowing ? last : pane.At) + lines;
        var still = With(scene, pane with { At = Math.Clamp(at, 0, Math.Max(0, last)) }, logs with { IsFollowing = false });
        return at >= 0 && at <= last ? (still, logs.IsFollowing ? new Effect.MoveLogs(new LogMove.Stay()) : null)
            : (still, new Effect.MoveLogs(new LogMove.By(at < 0 ? at : at - last)));
    }

    private static (Scene, Effect?) ToStart(Scene scene, Pane pane) => pane.Logs is { } logs
        ? (With(scene, pane with { At = 0 }, logs with { IsFollowing = false }), new Effect.MoveLogs(new LogMove.ToStart()))
        : (scene with { Pane = ChooseLine(pane, 0, scene.Frame.PaneRows) }, null);

    private static (Scene, Effect?) ToEnd(Scene scene, Pane pane) => pane.Logs is { } logs
        ? (With(scene, pane, logs with { IsFollowing = true }), new Effect.MoveLogs(new LogMove.ToEnd()))
        : (scene with { Pane = ChooseLine(pane, int.MaxValue, scene.Frame.PaneRows) }, null);

    private static (Scene, Effect?) Next(Scene scene, Pane pane, bool isLater)
    {
        // With what is around it, so not only the lines that match.
        if (pane.Logs is { } logs)
            return (With(scene, pane, logs with { IsFollowing = false, IsFiltered = false }), new Effect.MoveLogs(new LogMove.Match(isLater)));
        var step = isLater ? 1 : -1;
        for (var at = pane.At + step; at >= 0 && at < pane.Lines.Count; at += step)
            if (Pane.Bare(pane.Lines[at]).Contains(pane.Find, StringComparison.OrdinalIgnoreCase))
                return (scene with { Pane = ChooseLine(pane, at, scene.Frame.PaneRows) }, null);
        return (scene.Tell($"'{pane.Find}' is not {(isLater ? "below" : "above")}", isError: true), null);
    }

    // What the plan shows has been read: this is the answer.
    private static (Scene, Effect?) Apply(Scene scene, Pane pane) =>
        (Controls.Back(scene), new Effect.Run(pane.Apply, pane.Folder));

    private static Scene With(Scene scene, Pane pane, LogSight logs) => scene with { Pane = pane with { Logs = logs } };

    // The wheel moves what the mouse is over.
    private static bool IsElsewhere(Scene scene, Key key) => key.Code is KeyCode.WheelUp or KeyCode.WheelDown && key.Row < scene.Frame.PaneTop;

    /// <summary>Chooses a line of a text, and brings it into view.</summary>
    public static Pane ChooseLine(Pane pane, int at, int rows)
    {
        at = Math.Clamp(at, 0, Math.Max(0, pane.Lines.Count - 1));
        return pane with { At = at, Top = Math.Clamp(pane.Top, Math.Max(0, at - Math.Max(1, rows) + 1), at) };
    }
}
