namespace Sentinel.Screen;

/// <summary>What is to be done outside of the screen because of a key.</summary>
internal abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>The screen ends; nothing that runs does.</summary>
    public sealed record Quit : Effect;

    /// <summary>The screen gives the terminal back to the shell for a while.</summary>
    public sealed record Suspend : Effect;

    /// <summary>All is drawn again.</summary>
    public sealed record Redraw : Effect;

    /// <summary>The mouse is ours, or the terminal's.</summary>
    public sealed record Mouse(bool IsOurs) : Effect;

    /// <summary>A text goes to the clipboard.</summary>
    public sealed record Copy(string Text) : Effect;

    /// <summary>A page is opened in the browser.</summary>
    public sealed record Open(string Url) : Effect;

    /// <summary>A command of Sentinel's is run.</summary>
    /// <param name="Words">Without the program.</param>
    /// <param name="Folder">Where; null: anywhere.</param>
    public sealed record Run(IReadOnlyList<string> Words, string? Folder = null) : Effect
    {
        /// <summary>Whether all that it prints is shown, for that is what it is for.</summary>
        public bool ShowsOutput { get; init; }

        /// <summary>Another one that follows, on other machines; null: none.</summary>
        public Run? Next { get; init; }
    }

    /// <summary>Processes are stopped, once the user has heard who needs them.</summary>
    /// <param name="By">The command.</param>
    /// <param name="Names">The processes.</param>
    public sealed record Stop(Run By, IReadOnlyList<string> Names) : Effect
    {
        /// <summary>What to ask in any case; null: nothing, if nobody needs them.</summary>
        public string? Question { get; init; }

        /// <summary>What is asked where nobody needs them; null: nothing.</summary>
        public Prompt.Question? AnyQuestion => Question is null ? null : new Prompt.Question([Question], [new Prompt.Choice('y', "yes", By)]);
    }

    /// <summary>A project is brought up or down, or planned.</summary>
    /// <param name="Verb">The command.</param>
    /// <param name="Name">Of the project; null: that of the folder in which the screen was started.</param>
    public sealed record Project(string Verb, string? Name) : Effect;

    /// <summary>The logs are looked at elsewhere.</summary>
    public sealed record MoveLogs(LogMove Move) : Effect;

    /// <summary>A mark is put after what is written by now.</summary>
    public sealed record Mark : Effect;
}

/// <summary>Where to look in logs.</summary>
internal abstract record LogMove
{
    private LogMove()
    {
    }

    public sealed record ToStart : LogMove;

    /// <summary>And follow what is written.</summary>
    public sealed record ToEnd : LogMove;

    /// <param name="Lines">Later ones, or earlier ones if it is negative.</param>
    public sealed record By(int Lines) : LogMove;

    /// <summary>To the line in which something is found.</summary>
    public sealed record Match(bool IsLater) : LogMove;

    /// <summary>The same place, with what is shown differently.</summary>
    public sealed record Stay : LogMove;
}
