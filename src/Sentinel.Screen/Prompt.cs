namespace Sentinel.Screen;

/// <summary>Something that the screen waits for before anything else.</summary>
internal abstract record Prompt
{
    private Prompt()
    {
    }

    /// <summary>A text that is typed.</summary>
    public abstract record Typed(string Text) : Prompt;

    /// <summary>Which processes are to be shown.</summary>
    /// <param name="Before">What it was.</param>
    public sealed record Filter(string Text, string Before) : Typed(Text);

    /// <summary>What is looked for in the pane.</summary>
    public sealed record Find(string Text) : Typed(Text);

    /// <summary>What a verb needs to know besides the processes.</summary>
    /// <param name="Label">What it is.</param>
    /// <param name="Then">What to do with it; null: it makes no sense, and nothing is done.</param>
    public sealed record Value(string Label, string Text, Func<string, Effect?> Then) : Typed(Text);

    /// <summary>All verbs.</summary>
    /// <param name="At">Which of those that match is chosen.</param>
    public sealed record Palette(string Text, int At) : Typed(Text);

    /// <summary>Which columns the table has.</summary>
    public sealed record Columns(int At) : Prompt;

    /// <summary>A question.</summary>
    public sealed record Question(IReadOnlyList<string> Lines, IReadOnlyList<Choice> Choices) : Prompt;

    /// <summary>What can be answered, by one key; Esc is always "no".</summary>
    public sealed record Choice(char Key, string Label, Effect Then);
}
