using System.Text.Json;
using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Diagnosis;

/// <summary>One of the files that the state is kept in, as it was found.</summary>
public abstract record StateSight
{
    private StateSight()
    {
    }

    public sealed record Missing : StateSight;

    public sealed record Good(State State) : StateSight;

    /// <summary>The Python tool's state, which has not been taken over yet.</summary>
    public sealed record Python(State State) : StateSight;

    public sealed record Damaged(string Why) : StateSight;

    public sealed record Newer(int Version) : StateSight;

    public sealed record Unreadable(string Why) : StateSight;
}

/// <param name="State">The file itself.</param>
/// <param name="Previous">Its copy.</param>
/// <param name="Aside">The paths of earlier, damaged files.</param>
public sealed record StateFilesSight(SentinelHome Home, StateSight State, StateSight Previous, IReadOnlyList<string> Aside)
{
    /// <summary>The state that commands would use; null when there is none.</summary>
    public State? Usable => this switch
    {
        { State: StateSight.Good good } => good.State,
        { State: StateSight.Python python } => python.State,
        { State: StateSight.Newer or StateSight.Unreadable } => null,
        { Previous: StateSight.Good copy } => copy.State,
        { State: StateSight.Missing, Previous: StateSight.Missing } => Model.State.Empty,
        _ => null,
    };
}

public static class StateCheck
{
    private const string NoCommand = "no command except 'doctor' works";

    /// <summary>Reads the files, without locking or repairing anything.</summary>
    public static StateFilesSight Look(SentinelHome home, IHomeFiles files, PythonState python)
    {
        var (state, previous) = (Read(home.State, files, python), Read(home.PreviousState, files, null));
        // Both the first state and the second may have been written in between.
        if (state is StateSight.Missing && previous is not StateSight.Missing)
            state = Read(home.State, files, python);
        return new StateFilesSight(home, state, previous, Aside(home));
    }

    public static IEnumerable<Finding> Of(StateFilesSight files)
    {
        yield return (files.State, files.Previous) switch
        {
            (StateSight.Newer newer, _) => Finding.Broken(
                Areas.State, $"{files.Home.State} was written by a newer Sentinel (version {newer.Version} of the state): {NoCommand}", "upgrade sentinel"),
            (StateSight.Unreadable unreadable, _) => Finding.Broken(
                Areas.State, $"{files.Home.State} cannot be read: {unreadable.Why}: {NoCommand}", $"chmod 600 {ShellWords.Quote(files.Home.State)}, as its owner"),
            (StateSight.Python python, _) => Finding.Degraded(
                Areas.State,
                $"{files.Home.State} is the Python tool's, with {Counted.Processes(python.State.Processes.Count)}, and has not been taken over yet",
                "the next command that changes something takes it over, and keeps the old file"),
            (StateSight.Good, StateSight.Damaged damaged) => Finding.Degraded(
                Areas.State, $"{files.Home.State} can be read, but its copy is damaged ({damaged.Why})", "the next command that changes something makes another copy"),
            (StateSight.Good, StateSight.Unreadable or StateSight.Newer) => Finding.Degraded(
                Areas.State, $"{files.Home.State} can be read, but its copy cannot", "the next command that changes something makes another copy"),
            (StateSight.Good good, var previous) => Finding.Ok(
                Areas.State, $"{files.Home.State} is sound{(previous is StateSight.Good ? ", and so is its copy" : "")}: {Counted.Processes(good.State.Processes.Count)}"),
            (StateSight.Missing, StateSight.Missing) => Finding.Ok(Areas.State, "nothing has been run yet"),
            (var state, StateSight.Good good) => Finding.Degraded(
                Areas.State,
                $"{files.Home.State} is {Fault(state)}; its copy, from before the last change, is used, with {Counted.Processes(good.State.Processes.Count)}",
                "the next command that changes something repairs it; then check whether the last change is there"),
            var (state, previous) => Finding.Broken(
                Areas.State,
                $"{files.Home.State} is {Fault(state)}, and its copy is {Fault(previous)}: {NoCommand}",
                // The obstacle is the file itself or, if there is none, the copy.
                $"put an older one in its place, or move {(state is StateSight.Missing ? files.Home.PreviousState : files.Home.State)} away to start afresh (running processes go on, unknown to sentinel)"),
        };
        if (files.Aside.Count > 0)
            yield return Finding.Degraded(
                Areas.State,
                $"the state was damaged before; the damaged files are kept as {string.Join(", ", files.Aside.Select(Path.GetFileName))}",
                $"rm {string.Join(' ', files.Aside.Select(ShellWords.Quote))}, if nothing is missing");
    }

    private static string Fault(StateSight sight) => sight switch
    {
        StateSight.Missing => "missing",
        StateSight.Damaged damaged => $"damaged ({damaged.Why})",
        StateSight.Newer => "from a newer Sentinel",
        StateSight.Unreadable unreadable => $"not readable ({unreadable.Why})",
        _ => "not a Sentinel state",
    };

    private static StateSight Read(string path, IHomeFiles files, PythonState? python)
    {
        byte[]? content;
        try
        {
            content = files.ReadAll(path, mayHaveTwoNames: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new StateSight.Unreadable(e.Message.TrimEnd('.'));
        }

        if (content is null)
            return new StateSight.Missing();
        try
        {
            return new StateSight.Good(StateDocument.Read(content));
        }
        catch (NewerStateException e)
        {
            return new StateSight.Newer(e.Version);
        }
        catch (JsonException e)
        {
            return TakenOver(content, python) is { } taken ? new StateSight.Python(taken.State) : new StateSight.Damaged(e.Message.TrimEnd('.'));
        }
    }

    private static TakenOver? TakenOver(byte[] content, PythonState? python)
    {
        try
        {
            return python?.Read(content);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> Aside(SentinelHome home)
    {
        try
        {
            return [.. Directory.EnumerateFiles(home.Folder, $"{Path.GetFileName(home.State)}.damaged-*").Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
