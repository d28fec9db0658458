using Sentinel.Api;
using Sentinel.Screen.Cells;

namespace Sentinel.Screen;

/// <summary>What can be shown below the table.</summary>
internal enum PaneKind
{
    Logs,
    Why,
    Events,
    Env,
    Tree,
    Graph,
    Ports,
    Plan,
    Output,
    Help,
}

/// <summary>A process that something is about.</summary>
/// <param name="Host">The machine that it is on; null: this one.</param>
internal readonly record struct Subject(string? Host, string Name)
{
    /// <summary>For people.</summary>
    public string Text => Host is null ? Name : $"{Name} on {Host}";

    public static Subject Of(ProcessSummary process) => new(process.Host, process.Name);
}

/// <summary>What is shown below the table, or in place of it.</summary>
/// <param name="Subjects">The processes that it is about; empty: all, or none.</param>
internal sealed record Pane(PaneKind Kind, IReadOnlyList<Subject> Subjects)
{
    /// <summary>The names of the processes that it is about.</summary>
    public IReadOnlyList<string> Names => [.. Subjects.Select(subject => subject.Name)];

    /// <summary>What it is called, besides its kind.</summary>
    public string Title { get; init; } = "";

    /// <summary>What it says, with colours; for logs, see <see cref="Logs"/>.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Whether it is to be found out what it says.</summary>
    public bool IsLoading { get; init; }

    /// <summary>The first line that is shown; of logs, which are read as they are shown, always 0.</summary>
    public int Top { get; init; }

    /// <summary>The line that is chosen.</summary>
    public int At { get; init; }

    /// <summary>How many columns are to the left of what is shown.</summary>
    public int Left { get; init; }

    /// <summary>What is looked for in it.</summary>
    public string Find { get; init; } = "";

    /// <summary>Whether values that look secret are shown.</summary>
    public bool ShowsSecrets { get; init; }

    /// <summary>For logs; null for anything else.</summary>
    public LogSight? Logs { get; init; }

    /// <summary>The folder of the project that a plan is about; null: it is about none.</summary>
    public string? Folder { get; init; }

    /// <summary>The command that carries the plan out.</summary>
    public IReadOnlyList<string> Apply { get; init; } = [];

    /// <summary>Whether it is about the line of the table that is chosen, and changes with it.</summary>
    public bool FollowsChoice => Kind is PaneKind.Logs or PaneKind.Why or PaneKind.Env or PaneKind.Tree && !IsOfMany;

    /// <summary>Whether it is about several on purpose.</summary>
    public bool IsOfMany { get; init; }

    /// <summary>Whether the same is to be found out for both.</summary>
    public bool IsAboutSame(Pane other) =>
        (Kind, IsOfMany, ShowsSecrets) == (other.Kind, other.IsOfMany, other.ShowsSecrets) && Subjects.SequenceEqual(other.Subjects);

    /// <summary>The text of the line that is chosen; null: there is none.</summary>
    public string? Chosen => Logs is { } logs ? logs.Rows.ElementAtOrDefault(logs.IsFollowing ? logs.Rows.Count - 1 : At)?.Text : Lines.ElementAtOrDefault(At);

    public static string NameOf(PaneKind kind) => kind switch
    {
        PaneKind.Logs => "Logs",
        PaneKind.Why => "Why",
        PaneKind.Events => "Events",
        PaneKind.Env => "Environment",
        PaneKind.Tree => "Tree",
        PaneKind.Graph => "Graph",
        PaneKind.Ports => "Ports",
        PaneKind.Plan => "Plan",
        PaneKind.Output => "Output",
        _ => "Help",
    };

    /// <summary>A text without its colours.</summary>
    public static string Bare(string text) => string.Concat(ColoredText.Parts(text, Ink.Plain).Select(part => part.Text));
}

/// <summary>A part of the logs of some processes, as long as the pane is high.</summary>
/// <param name="Rows">The lines, the oldest first.</param>
internal sealed record LogSight(IReadOnlyList<LogRow> Rows)
{
    /// <summary>Whether the newest lines are shown as they come.</summary>
    public bool IsFollowing { get; init; } = true;

    public bool HasTimes { get; init; }

    public bool IsWrapped { get; init; }

    /// <summary>Whether only lines are shown in which something is found.</summary>
    public bool IsFiltered { get; init; }

    /// <summary>Which share of all that is written lies before it; null: not known.</summary>
    public double? Share { get; init; }

    /// <summary>Why nothing is shown, or not all; null: there is nothing to say.</summary>
    public string? Note { get; init; }
}

/// <summary>A line of a log.</summary>
/// <param name="Process">Whose it is; null: there is only one.</param>
/// <param name="Text">With colours, and nothing else that a terminal obeys.</param>
/// <param name="Time">Null: not known.</param>
/// <param name="IsMark">Whether it is a mark that somebody put there.</param>
internal sealed record LogRow(string? Process, bool IsError, DateTimeOffset? Time, string Text, bool IsMark = false);
