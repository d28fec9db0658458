using System.Globalization;
using Sentinel.Model.Specs;
using Sentinel.Screen.Keys;

namespace Sentinel.Screen;

/// <summary>Keys while the screen waits for something.</summary>
internal static class PromptControls
{
    public static (Scene, Effect?) Press(Scene scene, Prompt prompt, Key key) => prompt switch
    {
        Prompt.Question question => Answer(scene, question, key),
        Prompt.Columns columns => Choose(scene, columns, key),
        Prompt.Typed typed => Type(scene, typed, key),
        _ => (scene, null),
    };

    private static (Scene, Effect?) Answer(Scene scene, Prompt.Question question, Key key) =>
        question.Choices.FirstOrDefault(choice => char.ToLowerInvariant(key.Character) == choice.Key) is { } chosen ? (scene with { Prompt = null }, (Effect?)chosen.Then)
        : key.Code == KeyCode.Escape || key.Character is 'n' or 'N' or 'q' ? (scene with { Prompt = null }, null)
        : (scene, null);

    private static (Scene, Effect?) Choose(Scene scene, Prompt.Columns columns, Key key)
    {
        var all = ScreenColumn.In(scene);
        switch (key)
        {
            case { Code: KeyCode.Up } or { Character: 'k' }:
                return (scene with { Prompt = new Prompt.Columns(Math.Max(0, columns.At - 1)) }, null);
            case { Code: KeyCode.Down } or { Character: 'j' }:
                return (scene with { Prompt = new Prompt.Columns(Math.Min(all.Count - 1, columns.At + 1)) }, null);
            case { Character: ' ' } when all[columns.At] != ScreenColumn.Named:
                var name = all[columns.At].Name;
                return (scene with { Columns = scene.Columns.Contains(name) ? scene.Columns.Remove(name) : scene.Columns.Add(name) }, null);
            case { Code: KeyCode.Escape or KeyCode.Enter } or { Character: 'c' or 'q' }:
                return (scene with { Prompt = null }, null);
            default:
                return (scene, null);
        }
    }

    private static (Scene, Effect?) Type(Scene scene, Prompt.Typed typed, Key key)
    {
        switch (key)
        {
            case { Code: KeyCode.Escape }:
                return Cancel(scene, typed);
            case { Code: KeyCode.Enter }:
                return Accept(scene with { Prompt = null }, typed);
            case { Code: KeyCode.Up or KeyCode.Down } when typed is Prompt.Palette palette:
                var last = Math.Max(0, Verbs.Matching(palette.Text).Count - 1);
                return (scene with { Prompt = palette with { At = Math.Clamp(palette.At + (key.Code == KeyCode.Up ? -1 : 1), 0, last) } }, null);
            case { Code: KeyCode.Down } when typed is Prompt.Filter:
                return (scene with { Prompt = null }, null);
        }

        return Edited(typed.Text, key) is { } text ? Changed(scene, typed, text) : (scene, null);
    }

    // Null: the key does not edit.
    private static string? Edited(string text, Key key) => key switch
    {
        { Code: KeyCode.Text, Ctrl: false, Alt: false } => text + key.Text,
        { Code: KeyCode.Paste } => text + string.Concat(key.Text.ReplaceLineEndings(" ").Where(letter => !char.IsControl(letter))),
        { Code: KeyCode.Text, Ctrl: true, Text: "u" } => "",
        { Code: KeyCode.Text, Ctrl: true, Text: "w" } => text.TrimEnd() is var trimmed ? trimmed[..(trimmed.LastIndexOf(' ') + 1)] : text,
        { Code: KeyCode.Backspace } => WithoutLast(text),
        _ => null,
    };

    private static string WithoutLast(string text)
    {
        var starts = StringInfo.ParseCombiningCharacters(text);
        return starts.Length == 0 ? text : text[..starts[^1]];
    }

    private static (Scene, Effect?) Changed(Scene scene, Prompt.Typed typed, string text) => typed switch
    {
        // The table changes as it is typed.
        Prompt.Filter filter => (Controls.Follow((scene with { Prompt = filter with { Text = text } }).Arranged(scene.Listing.Arrangement with { Filter = text })), null),
        Prompt.Palette => (scene with { Prompt = new Prompt.Palette(text, 0) }, null),
        _ => (scene with { Prompt = typed with { Text = text } }, null),
    };

    private static (Scene, Effect?) Cancel(Scene scene, Prompt.Typed typed) => typed is Prompt.Filter filter
        ? (Controls.Follow((scene with { Prompt = null }).Arranged(scene.Listing.Arrangement with { Filter = filter.Before })), null)
        : (scene with { Prompt = null }, null);

    private static (Scene, Effect?) Accept(Scene scene, Prompt.Typed typed) => typed switch
    {
        Prompt.Find find => Find(scene, find.Text),
        Prompt.Value value => value.Then(value.Text) is { } effect ? (scene with { Marked = [] }, effect) : (scene, null),
        Prompt.Palette palette => Verbs.Matching(palette.Text) is { Count: > 0 } matching ? matching[Math.Min(palette.At, matching.Count - 1)].Do(scene) : RunTyped(scene, palette.Text),
        _ => (scene, null),
    };

    private static (Scene, Effect?) Find(Scene scene, string text) => scene.Pane switch
    {
        null => (scene, null),
        { Logs: { } logs } pane => (scene with { Pane = pane with { Find = text, Logs = logs with { IsFiltered = text.Length > 0 } } }, new Effect.MoveLogs(new LogMove.Stay())),
        var pane when text.Length > 0 => Controls.Press(scene with { Pane = pane with { Find = text, At = Math.Max(-1, pane.At - 1) } }, Key.Of('n')),
        var pane => (scene with { Pane = pane with { Find = "" } }, null),
    };

    // Any command of Sentinel's, as it is typed to a shell.
    private static (Scene, Effect?) RunTyped(Scene scene, string line)
    {
        try
        {
            return ShellWords.Split(line) switch
            {
                null => (scene.Tell("No shell reads this line: write words, and quote what belongs together", isError: true), null),
                [] => (scene, null),
                var words when words[0] == "sentinel" => (scene, new Effect.Run([.. words.Skip(1)]) { ShowsOutput = true }),
                var words => (scene, new Effect.Run(words) { ShowsOutput = true }),
            };
        }
        catch (FormatException e)
        {
            return (scene.Tell(e.Message, isError: true), null);
        }
    }
}
