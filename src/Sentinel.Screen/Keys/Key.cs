namespace Sentinel.Screen.Keys;

internal enum KeyCode
{
    Text,
    Enter,
    Escape,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Function,
    Paste,
    Click,
    WheelUp,
    WheelDown,
}

/// <summary>A key that was pressed, text that was pasted, or a move of the mouse.</summary>
/// <param name="Text">For <see cref="KeyCode.Text"/> a character, for <see cref="KeyCode.Paste"/> all of it, for <see cref="KeyCode.Function"/> its number.</param>
/// <param name="Row">Where the mouse was, from 0.</param>
/// <param name="Column">The same.</param>
internal readonly record struct Key(KeyCode Code, string Text = "", bool Ctrl = false, bool Alt = false, int Row = 0, int Column = 0)
{
    /// <summary>The character, where it was pressed by itself.</summary>
    public char Character => this is { Code: KeyCode.Text, Ctrl: false, Alt: false, Text: [var character] } ? character : '\0';

    public static Key Of(char character) => new(KeyCode.Text, character.ToString());

    public static Key Control(char character) => new(KeyCode.Text, character.ToString(), Ctrl: true);
}
