namespace Sentinel.Screen;

/// <summary>All keys, those of the pane that one is in first.</summary>
internal static class HelpText
{
    private const int KeyColumns = 16;

    private static readonly (string Key, string Summary)[] OfTable =
    [
        ("↑ ↓ j k", "choose a line (also PgUp, PgDn, Home, End, G)"),
        ("Enter", "go to the pane below; on a group: fold and unfold it"),
        ("Tab", "go between table and pane"),
        ("Esc", "one step back: from the pane, from marks, from the filter"),
        ("Space *", "mark a line; mark all that are shown"),
        ("/", "show only what matches: apsrv finds api-server, !web leaves out, state:crashed, group:shop, port:8080, host:web1"),
        ("n N", "the next process, the one before"),
        ("1-9", "sort by that column; again: the other way round"),
        (":", "all verbs, by a part of their name; or any sentinel command"),
        ("z", "give the pane all of the screen, and back"),
        ("y", "copy the name, or the line of the pane, to the clipboard"),
    ];

    private static readonly (string Key, string Summary)[] OfText =
    [
        ("↑ ↓ j k", "choose a line (also PgUp, PgDn)"),
        ("g G", "the first line, the last (also Home, End)"),
        ("← →", "move sideways"),
        ("/ n N", "find; the next, the one before"),
        ("y", "copy the line to the clipboard"),
        ("z", "give it all of the screen, and back"),
        ("Esc", "back to the table"),
    ];

    private static readonly (string Key, string Summary)[] OfLogs =
    [
        ("f", "follow what is written, or stay"),
        ("/", "show only lines that match (words, or a regular expression)"),
        ("n N", "the next line that matches, the one before, with the lines around it"),
        ("T W", "times; wrap long lines"),
        ("m", "put a mark after what is written by now"),
        .. OfText.Where(line => !line.Key.Contains('/')),
    ];

    /// <summary>With colours. A pane is explained where the keys are for one.</summary>
    public static IReadOnlyList<string> Lines(Scene scene) => Lines(scene, scene.Size.Columns - 2);

    private static string[] Lines(Scene scene, int columns) =>
    [
        .. scene is { IsInPane: true, Pane: { Kind: not PaneKind.Help } pane } ? Part(
            columns,
            $"{Pane.NameOf(pane.Kind)}",
            pane.Kind switch
            {
                PaneKind.Logs => OfLogs,
                PaneKind.Env => [(".", "show values that look secret, and hide them"), .. OfText],
                PaneKind.Plan => [("a Enter", "apply it: bring the project to what its file says"), .. OfText],
                _ => OfText,
            }) : [],
        .. Part(columns, "Table", OfTable),
        .. Part(columns, "Verbs, for what is chosen or marked", [.. Verbs.All.Where(verb => verb.Key is not null).Select(verb => (verb.Key.ToString()!, verb.Summary))]),
        .. Part(columns, "Verbs without a key, from :", [.. Verbs.All.Where(verb => verb.Key is null).Select(verb => (verb.Name, verb.Summary))]),
        "Quitting stops nothing. The mouse selects text, as ever; M takes it for the screen.",
    ];

    private static IEnumerable<string> Part(int columns, string title, (string Key, string Summary)[] lines) =>
        [$"\e[1m{title}\e[22m", .. lines.SelectMany(line => Rendering.Text.Wrap($"  {line.Key}{new string(' ', Math.Max(1, KeyColumns - Rendering.Text.Width(line.Key)))}{line.Summary}", columns, KeyColumns + 2)), ""];
}
