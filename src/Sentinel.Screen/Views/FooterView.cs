using Sentinel.Screen.Cells;

namespace Sentinel.Screen.Views;

/// <summary>Draws the last line: what was said, or which keys are of use here.</summary>
internal static class FooterView
{
    private static readonly (string Key, string Word)[] OfLogs = [("f", "follow"), ("/", "filter"), ("T", "times"), ("W", "wrap"), ("m", "mark"), ("z", "zoom"), ("y", "copy"), ("Esc", "back"), ("?", "help")];
    private static readonly (string Key, string Word)[] OfText = [("/", "find"), ("z", "zoom"), ("y", "copy"), ("Esc", "back"), ("?", "help")];

    public static void Draw(Canvas canvas, Scene scene)
    {
        var row = scene.Frame.Footer;
        if (scene.Prompt is Prompt.Typed typed and not Prompt.Palette)
        {
            var label = typed switch
            {
                Prompt.Filter => "/",
                Prompt.Find => "find: ",
                Prompt.Value value => $"{Rendering.Text.Printable(value.Label)}: ",
                _ => "",
            };
            PromptView.Input(canvas, row, 0, canvas.Size.Columns, label, typed.Text);
            return;
        }

        if (scene.Told is { } told)
        {
            canvas.PutCut(row, 1, Rendering.Text.Printable(told.Text), told.IsError ? Ink.Red.With(Strokes.Bold) : Ink.Bold);
            return;
        }

        var at = 1;
        foreach (var (key, word) in Keys(scene))
        {
            if (at + key.Length + word.Length + 1 > canvas.Size.Columns)
                break;
            at = canvas.Put(row, at, key, Ink.Bold);
            at = canvas.Put(row, at + 1, word, Ink.Dim) + 2;
        }
    }

    private static IEnumerable<(string Key, string Word)> Keys(Scene scene) => scene switch
    {
        { Pane.Kind: PaneKind.Help } => [("Esc", "back"), ("q", "quit")],
        { Pane.Kind: PaneKind.Plan } => [("a", "apply"), ("Esc", "leave it")],
        { Pane.Kind: PaneKind.Env, IsInPane: true } => [(".", "reveal"), .. OfText],
        { Pane.Logs: not null, IsInPane: true } => OfLogs,
        { Pane: not null, IsInPane: true } => OfText,
        _ => [("?", "help"), ("/", "filter"), .. Verbs.All.Where(verb => verb is { Short: not null, Key: not null and not '?' }).Select(verb => (verb.Key.ToString()!, verb.Short!)), ("Space", "mark"), (":", "all")],
    };
}
