namespace Sentinel.Screen.Keys;

/// <summary>The keys that go from line to line, in a table as in a text.</summary>
internal static class Steps
{
    /// <param name="page">How many lines a page has.</param>
    /// <returns>How many lines down, or up if it is negative; null: it is no such key.</returns>
    public static int? Of(Key key, int page) => key switch
    {
        { Code: KeyCode.Up } or { Character: 'k' } or { Code: KeyCode.Text, Text: "p", Ctrl: true } => -1,
        { Code: KeyCode.Down } or { Character: 'j' } or { Code: KeyCode.Text, Text: "n", Ctrl: true } => 1,
        { Code: KeyCode.PageUp } or { Code: KeyCode.Text, Text: "b" or "u", Ctrl: true } => -page,
        { Code: KeyCode.PageDown } or { Code: KeyCode.Text, Text: "f" or "d", Ctrl: true } => page,
        { Code: KeyCode.WheelUp } => -3,
        { Code: KeyCode.WheelDown } => 3,
        _ => null,
    };
}
