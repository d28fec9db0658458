using Sentinel.Model.Specs;

namespace Sentinel.Screen;

/// <summary>Something that a key, or the palette, does.</summary>
/// <param name="Name">What the palette calls it.</param>
/// <param name="Key">Null: only the palette has it.</param>
/// <param name="Do">What comes of it.</param>
internal sealed record ScreenVerb(string Name, char? Key, string Summary, Func<Scene, (Scene Scene, Effect? Effect)> Do)
{
    /// <summary>What the last line calls it; null: it has no room for it.</summary>
    public string? Short { get; init; }
}

/// <summary>All verbs, of keys as of the palette.</summary>
internal static class Verbs
{
    public static readonly IReadOnlyList<ScreenVerb> All =
    [
        new("start", 's', "Start what is chosen or marked, and what it needs", About("start")) { Short = "start" },
        new("stop", 'x', "Stop it; asks where others need it", Stopping("stop")) { Short = "stop" },
        new("stop now", 'X', "The same, by SIGKILL", Stopping("stop", "--force")),
        new("restart", 'r', "Stop it and start it again", About("restart")) { Short = "restart" },
        new("restart rolling", 'R', "Restart instances one after another, each when the one before is ready", About("restart", "--rolling")),
        new("scale up", '+', "Run one more instance of its set", Scaling("+1")),
        new("scale down", '-', "Run one instance less", Scaling("-1")),
        new("delete", 'D', "Stop and delete it", Deleting),
        new("reset", null, "Forget the failures of processes that were given up", About("reset")),
        new("signal", null, "Send a signal", scene => Valued(scene, "signal", "HUP", (names, value) => ["signal", .. names, value])),
        new("send", null, "Send a line to its standard input", scene => Valued(scene, "line to send", "", (names, value) => ["send", .. names, value])),
        new("set", null, "Change its options, such as --restart always", scene => Valued(scene, "options", "--", (names, value) => ["set", .. names, .. value.Split(' ', StringSplitOptions.RemoveEmptyEntries)])),
        new("scale", null, "Run so many instances of its set", scene => Valued(scene, "instances", "2", (names, value) => ["scale", .. names, value])),

        new("logs", 'l', "Show what it writes", Showing(PaneKind.Logs)) { Short = "logs" },
        new("all logs", 'A', "Show what all write, or those that are marked", scene => Show(scene, Controls.PaneOfMany(scene))),
        new("why", 'w', "Explain its state", Showing(PaneKind.Why)) { Short = "why" },
        new("events", 'e', "Show what happened", Showing(PaneKind.Events)) { Short = "events" },
        new("env", 'v', "Show its environment", Showing(PaneKind.Env)) { Short = "env" },
        new("tree", 't', "Show the processes that it consists of", Showing(PaneKind.Tree)) { Short = "tree" },
        new("graph", 'g', "Show what needs what", Showing(PaneKind.Graph)) { Short = "graph" },
        new("ports", 'p', "Show leased ports, and who listens on them", Showing(PaneKind.Ports)) { Short = "ports" },
        new("status", 'i', "Show everything about it", scene => scene.Subjects.Count == 0 ? Nothing(scene) : (scene, ForOne(scene, names => ["status", .. names]) with { ShowsOutput = true })),
        new("open", 'o', "Open its page in the browser", Open),
        new("clear logs", null, "Empty its logs", scene => Asked(scene, names => $"Empty the logs of {names}?", "logs", "--clear")),

        new("up", 'u', "Bring its project up", scene => (scene, new Effect.Project("up", scene.Project))) { Short = "up" },
        new("down", 'd', "Bring its project down", scene => (scene, new Effect.Project("down", scene.Project))),
        new("apply", 'a', "Show what would change in its project, and change it", scene => (scene, new Effect.Project("plan", scene.Project))) { Short = "apply" },

        new("start all", null, "Start all processes that are not running", Whole("startall")),
        new("stop all", null, "Stop all processes", scene => Asked(scene, "Stop all processes?", "stopall")),
        new("restart all", null, "Restart all except those that you stopped", scene => Asked(scene, "Restart all processes?", "restartall")),
        new("clean", null, "Delete what does not run and will not be restarted", scene => Asked(scene, "Delete all processes that do not run and will not be restarted?", "clean")),
        new("gc", null, "Stop processes whose lease has expired", Whole("gc")),
        new("doctor", null, "Check this machine and what Sentinel keeps", scene => Printed(scene, ["doctor"])),
        new("daemon start", null, "Start the daemon, which restarts what ends", Whole("daemon", "start")),
        new("daemon restart", null, "Restart the daemon; what runs goes on", Whole("daemon", "restart")),

        new("columns", 'c', "Choose columns", scene => (scene with { Prompt = new Prompt.Columns(0) }, null)),
        new("groups", 'F', "Show the processes of groups together, or all in one order", Flat),
        new("mouse", 'M', "Take the mouse, or leave it to the terminal", scene => (scene with { HasMouse = !scene.HasMouse }, new Effect.Mouse(!scene.HasMouse))),
        new("help", '?', "Show all keys", scene => Show(scene, new Pane(PaneKind.Help, []) { Lines = HelpText.Lines(scene) })) { Short = "help" },
        new("quit", 'q', "Leave; what runs goes on", scene => (scene, new Effect.Quit())) { Short = "quit" },
    ];

    public static ScreenVerb? Find(char key) => key == '\0' ? null : All.FirstOrDefault(verb => verb.Key == key);

    /// <summary>Those that match a text, the likeliest first.</summary>
    public static IReadOnlyList<ScreenVerb> Matching(string text) =>
        [.. All.Select(verb => (verb, Rank: Rank(verb, text))).Where(ranked => ranked.Rank is not null).OrderBy(ranked => ranked.Rank).Select(ranked => ranked.verb)];

    private static int? Rank(ScreenVerb verb, string text) =>
        verb.Name.Equals(text, StringComparison.OrdinalIgnoreCase) ? 0
        : verb.Name.StartsWith(text, StringComparison.OrdinalIgnoreCase) ? 1
        : verb.Name.Contains(text, StringComparison.OrdinalIgnoreCase) ? 2
        : ProcessMatch.IsIn(text, verb.Name) ? 3
        : verb.Summary.Contains(text, StringComparison.OrdinalIgnoreCase) ? 4
        : null;

    private static IReadOnlyList<string> Names(Scene scene) => [.. scene.Subjects.Select(process => process.Name)];

    // A command about processes; where they are on several machines, one for all of those that have the same of them.
    private static Effect.Run ForAll(Scene scene, IReadOnlyList<string> words) => scene.Subjects
        .GroupBy(process => process.Host)
        .Select(there => (Host: there.Key, Names: (IReadOnlyList<string>)[.. there.Select(process => process.Name)]))
        .GroupBy(there => string.Join('\n', there.Names))
        .Reverse()
        .Aggregate((Effect.Run?)null, (next, same) => new Effect.Run([.. On(scene, same.Select(there => there.Host)), .. words, .. same.First().Names]) { Next = next })!;

    private static Effect.Run ForOne(Scene scene, Func<IReadOnlyList<string>, IEnumerable<string>> words) =>
        new([.. On(scene, [scene.Subjects[0].Host]), .. words([scene.Subjects[0].Name])]);

    private static IEnumerable<string> On(Scene scene, IEnumerable<string?> hosts) => hosts.Any(host => host is null) ? []
        : [$"--host={string.Join(',', scene.Hosts.Where(known => hosts.Contains(known.Label)).Select(known => known.Destination))}"];

    private static Func<Scene, (Scene, Effect?)> About(params string[] words) => scene => scene.Subjects.Count == 0 ? Nothing(scene)
        : (scene with { Marked = [] }, ForAll(scene, words));

    private static Func<Scene, (Scene, Effect?)> Whole(params string[] words) => scene => (scene, new Effect.Run(words));

    private static Func<Scene, (Scene, Effect?)> Stopping(params string[] words) => scene =>
        Names(scene) is { Count: > 0 } names ? (scene with { Marked = [] }, new Effect.Stop(ForAll(scene, words), names)) : Nothing(scene);

    private static (Scene, Effect?) Deleting(Scene scene) => Names(scene) is { Count: > 0 } names
        ? (scene with { Marked = [] }, new Effect.Stop(ForAll(scene, ["delete"]), names) { Question = $"Stop and delete {Said(scene)}?" })
        : Nothing(scene);

    private static string Said(Scene scene) => scene.Subjects.Count == 1 ? Subject.Of(scene.Subjects[0]).Text : $"{scene.Subjects.Count} processes";

    private static Func<Scene, (Scene, Effect?)> Scaling(string change) => scene => scene.Subjects.Count == 0 ? Nothing(scene)
        : (scene with { Marked = [] }, ForOne(scene, names => ["scale", .. names, change]));

    private static (Scene, Effect?) Printed(Scene scene, IReadOnlyList<string> words) => (scene, new Effect.Run(words) { ShowsOutput = true });

    private static (Scene, Effect?) Nothing(Scene scene) => (scene.Tell("Nothing is chosen", isError: true), null);

    private static (Scene, Effect?) Asked(Scene scene, Func<string, string> question, params string[] words) => scene.Subjects.Count == 0 ? Nothing(scene)
        : Asked(scene with { Marked = [] }, question(Said(scene)), ForAll(scene, words));

    private static (Scene, Effect?) Asked(Scene scene, string question, params string[] words) => Asked(scene, question, new Effect.Run(words));

    private static (Scene, Effect?) Asked(Scene scene, string question, Effect.Run run) =>
        (scene with { Prompt = new Prompt.Question([question], [new Prompt.Choice('y', "yes", run)]) }, null);

    private static (Scene, Effect?) Valued(Scene scene, string label, string text, Func<IReadOnlyList<string>, string, IEnumerable<string>> words) => scene.Subjects.Count == 0
        ? Nothing(scene)
        : (scene with
        {
            Prompt = new Prompt.Value(
                $"{label} ({Subject.Of(scene.Subjects[0]).Text})", text, value => value.Trim().Length == 0 ? null : ForOne(scene, names => words(names, value))),
        }, null);

    private static Func<Scene, (Scene, Effect?)> Showing(PaneKind kind) => scene => Show(scene, Controls.PaneOf(scene, kind));

    // Keys stay those of the table, so that one can go on from line to line; the same once more goes to the pane, as Tab does.
    private static (Scene, Effect?) Show(Scene scene, Pane pane)
    {
        if (scene.Pane is { } old && old.Kind == pane.Kind && old.Subjects.SequenceEqual(pane.Subjects) && old.IsOfMany == pane.IsOfMany)
            return (scene with { IsInPane = true }, null);
        var shown = scene with { Pane = pane };
        return (shown with { IsInPane = Frame.IsWhole(shown) }, null);
    }

    private static (Scene, Effect?) Open(Scene scene) => scene.Subjects.FirstOrDefault(process => process.Url is not null) is { Url: { } url, Host: var host }
        ? host is not null && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.IsLoopback
            ? (scene.Tell($"{url} can be reached on {host} alone; 'ssh -L {address.Port}:127.0.0.1:{address.Port} {host}' brings it here", isError: true), null)
            : (scene, new Effect.Open(url))
        : (scene.Tell("It has no address that is known; 'url' in sentinel.toml, or a leased port, gives it one", isError: true), null);

    private static (Scene, Effect?) Flat(Scene scene) => (scene.Arranged(scene.Listing.Arrangement with { IsFlat = !scene.Listing.Arrangement.IsFlat }), null);
}
