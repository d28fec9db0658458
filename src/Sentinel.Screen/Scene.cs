using System.Collections.Immutable;
using Sentinel.Api;
using Sentinel.Model.Specs;
using Sentinel.Screen.Cells;

namespace Sentinel.Screen;

/// <summary>All that the screen shows, and nothing of how it comes to know it.</summary>
internal sealed record Scene(Size Size)
{
    // So many rows are needed to show logs below the table without being asked.
    private const int RowsForPane = 20;

    public Listing Listing { get; init; } = Listing.Empty;

    public Trends Trends { get; init; } = new();

    /// <summary>What of all there is is shown: a project, or where Sentinel keeps all of it.</summary>
    public string Place { get; init; } = "";

    /// <summary>The machines that are shown; empty: this one.</summary>
    public IReadOnlyList<HostName> Hosts { get; private init; } = [];

    /// <summary>By whom it is told; null: that is not known yet.</summary>
    public Source? Source { get; init; }

    /// <summary>Whether it is known which processes there are.</summary>
    public bool IsSeen { get; init; }

    public string Version { get; init; } = "";

    /// <summary>The key of the row that is chosen.</summary>
    public string? At { get; init; }

    /// <summary>The first row that is shown.</summary>
    public int Top { get; init; }

    /// <summary>The keys of the processes that are marked.</summary>
    public ImmutableHashSet<(string? Host, int Id)> Marked { get; init; } = [];

    /// <summary>The names of the columns, in any order.</summary>
    public ImmutableHashSet<string> Columns { get; init; } = [.. ScreenColumn.Usual];

    public Pane? Pane { get; init; }

    /// <summary>Whether keys are for the pane.</summary>
    public bool IsInPane { get; init; }

    /// <summary>Whether the pane has all of the screen.</summary>
    public bool IsZoomed { get; init; }

    public Prompt? Prompt { get; init; }

    /// <summary>What there is to say, in the last line; null: nothing.</summary>
    public Told? Told { get; init; }

    public bool HasMouse { get; init; }

    public DateTimeOffset Now { get; init; }

    public Row? Chosen => Listing.PlaceOf(At) is { } place ? Listing.Rows[place] : null;

    /// <summary>The processes that a verb acts on: those that are marked or, if none is, those of the chosen line.</summary>
    public IReadOnlyList<ProcessSummary> Subjects => Marked.Count > 0
        ? [.. Listing.Processes.Where(process => Marked.Contains(process.Key))]
        : Chosen?.Members ?? [];

    /// <summary>The project of the chosen line; null: it is of none.</summary>
    public string? Project => Chosen switch
    {
        Row.Heading heading when heading.All.Any(process => ProcessName.ProjectOf(process.Name) == heading.Name) => heading.Name,
        Row.Single { Process.Name: var name } => ProcessName.ProjectOf(name),
        _ => null,
    };

    public Frame Frame => Frame.Of(this);

    /// <summary>With the machines that are shown; without any: this one.</summary>
    public Scene Of(IReadOnlyList<HostName> hosts) => hosts.Count == 0 ? this : this with { Hosts = hosts, Columns = Columns.Add(ScreenColumn.Host.Name) };

    /// <summary>With what is there now; what was chosen stays so, or what took its place.</summary>
    public Scene Seen(IReadOnlyList<ProcessSummary> processes)
    {
        Trends.Keep(processes.Select(process => process.Key).ToHashSet());
        return (this with { IsSeen = true }).Arranged(new Listing(processes, Listing.Arrangement));
    }

    /// <summary>With newer samples of all that there is, or of some of it.</summary>
    public Scene Sampled(IReadOnlyList<ProcessSummary> processes, bool areSome = false)
    {
        var newer = processes.ToDictionary(process => process.Key);
        foreach (var process in processes)
            Trends.Add(process);
        return Seen(areSome ? [.. Listing.Processes.Select(process => newer.GetValueOrDefault(process.Key, process))] : processes);
    }

    public Scene Arranged(Arrangement arrangement) => Arranged(new Listing(Listing.Processes, arrangement));

    private Scene Arranged(Listing listing)
    {
        var place = listing.PlaceOf(At) ?? Math.Min(Listing.PlaceOf(At) ?? 0, listing.Rows.Count - 1);
        var there = listing.Processes.Select(process => process.Key).ToHashSet();
        return (this with
        {
            Listing = listing,
            At = place >= 0 ? listing.Rows[place].Key : null,
            Marked = Marked.Count == 0 ? Marked : Marked.Intersect(there),
        }).InView();
    }

    /// <summary>With the row at a place chosen, or the nearest that there is.</summary>
    public Scene Choose(int place) => Listing.Rows.Count == 0 ? this
        : (this with { At = Listing.Rows[Math.Clamp(place, 0, Listing.Rows.Count - 1)].Key }).InView();

    public Scene Resized(Size size) => (this with { Size = size }).InView();

    /// <summary>With logs below the table, if there is room for both.</summary>
    public Scene WithUsualPane() => Pane is null && Chosen is not null && Size.Rows >= RowsForPane ? this with { Pane = Controls.PaneOf(this, PaneKind.Logs) } : this;

    public Scene Tell(string text, bool isError = false) => this with { Told = new Told(text, isError) };

    // With the chosen row among those that are shown, and no empty rows where there are more.
    private Scene InView()
    {
        var rows = Math.Max(1, Frame.TableRows);
        var top = Math.Clamp(Top, 0, Math.Max(0, Listing.Rows.Count - rows));
        if (Listing.PlaceOf(At) is { } place)
            top = Math.Clamp(top, Math.Max(0, place - rows + 1), place);
        return this with { Top = top };
    }
}

/// <summary>Who tells what there is.</summary>
/// <param name="Pid">The daemon; null: none runs, and it is read from what is written.</param>
/// <param name="Note">What is wrong; null: nothing.</param>
internal sealed record Source(int? Pid, string? Note = null);

/// <summary>A line for the user.</summary>
internal sealed record Told(string Text, bool IsError = false);
