using Sentinel.Api;
using Sentinel.Linux.Loop;
using Sentinel.Model.Specs;
using Sentinel.Screen;
using Effect = Sentinel.Screen.Effect;

namespace Sentinel.Top;

/// <summary>What the screen shows and acts on: this machine, or others.</summary>
internal interface IPlace : IDisposable
{
    /// <summary>What is shown, in words.</summary>
    string Name { get; }

    /// <summary>The machines; empty: this one.</summary>
    IReadOnlyList<HostName> Hosts { get; }

    ILogWindow Logs { get; }

    Deeds Deeds { get; }

    /// <summary>Begins to see.</summary>
    void Begin();

    /// <summary>Looks at all of it again.</summary>
    void Refresh();

    /// <summary>Finds out what a pane says, but for logs.</summary>
    /// <param name="columns">The width that there is for it.</param>
    /// <param name="told">Gets the lines, with colours.</param>
    void Load(Pane pane, int columns, Action<IReadOnlyList<string>> told);

    /// <summary>What to ask before processes are stopped; null: nothing.</summary>
    Prompt.Question? QuestionBefore(Effect.Stop stop);

    /// <summary>The folder and the words of a command about a project; null: there is no such project.</summary>
    /// <param name="name">Null: that of the folder in which the screen was started.</param>
    (string Folder, IReadOnlyList<string> Words)? ProjectOf(string? name);
}

/// <summary>Begins to look at what the screen shows.</summary>
internal delegate IPlace OpenPlace(EventLoop loop, PlaceReaders readers);

/// <summary>Who is told what is seen.</summary>
/// <param name="Seen">All processes.</param>
/// <param name="Sampled">All of them as they are now, or (true) some.</param>
/// <param name="From">Who tells it.</param>
/// <param name="Happened">Something has happened.</param>
/// <param name="Wanted">The processes whose CPU is to be seen, by name; null: none, empty: all.</param>
/// <param name="ShowLogs">Lines of logs; with the number of the one that is to be chosen, if there is such a one.</param>
/// <param name="Tell">What there is to say to the user.</param>
internal sealed record PlaceReaders(
    Action<IReadOnlyList<ProcessSummary>> Seen,
    Action<IReadOnlyList<ProcessSummary>, bool> Sampled,
    Action<Source> From,
    Action Happened,
    Func<IReadOnlyList<string>?> Wanted,
    Action<LogSight, int?> ShowLogs,
    Action<string> Tell);

/// <summary>The part of some logs that the screen shows.</summary>
internal interface ILogWindow
{
    /// <summary>Shows the end of the logs of some processes.</summary>
    /// <param name="rows">How many lines there is room for.</param>
    void Open(Pane pane, int rows);

    /// <summary>Looks elsewhere, or at the same place in another way.</summary>
    void Move(Pane pane, LogMove move, int rows);

    /// <summary>Puts a mark after what is written by now.</summary>
    void Mark();

    void Close();
}
