using System.Text.Json;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model;

namespace Sentinel.Core.Store;

/// <summary>Finds the best state that the files of a home hold, and whether that belongs to this home.</summary>
/// <param name="python">Reads what the Python tool wrote; null: that counts as damage.</param>
internal sealed class StateReader(SentinelHome home, IHomeFiles files, TimeProvider time, PythonState? python)
{
    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    public LoadedState Load()
    {
        var loaded = LoadBest();
        if (loaded.State.Home is { } written && files.MarkOf(home.Folder) is { } here && !written.Folder.IsSame(here))
            // If the original is gone, this home was moved, or put back.
            return files.MarkOf(written.Path) is { } original && original.IsSame(written.Folder)
                ? loaded with { State = loaded.State.AsCopy(time.GetUtcNow()), CopyOf = written.Path }
                : loaded with { State = loaded.State with { MayHaveStrays = true } };
        return loaded.State.Previous is { } replaced && files.MarkOf(home.PreviousState)?.IsSame(replaced) != true
            ? loaded with { State = loaded.State with { MayHaveStrays = true } }
            : loaded;
    }

    private LoadedState LoadBest()
    {
        var (state, damage) = Try(home.State);
        if (state is not null)
            return new LoadedState(state, home.State, null);
        if (damage is not null && TakeOver() is { } taken)
            return new LoadedState(taken.State, home.State, null, taken);
        var (previous, previousDamage) = Try(home.PreviousState);
        // The file was missing at first, but both the first state and the second may have been written since.
        if (previous is not null && damage is null)
            (state, damage) = Try(home.State);
        if (state is not null)
            return new LoadedState(state, home.State, null);
        if (previous is not null)
            return new LoadedState(previous, home.PreviousState, damage ?? $"{home.State} is missing");
        if (damage is null && previousDamage is null)
            return new LoadedState(State.Empty, home.State, null);
        // Nothing good is left. Going on with an empty state would hide what runs, so that is for the user to decide.
        throw new StateException(
            $"{damage ?? previousDamage}, and there is no good copy.\n"
            + $"Move {(damage is null ? home.PreviousState : home.State)} away to start afresh.");
    }

    /// <summary>What the file can be converted from; null if that is nothing known.</summary>
    public TakenOver? TakeOver()
    {
        try
        {
            return files.ReadAll(home.State, mayHaveTwoNames: true) is { } json ? python?.Read(json) : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }

    /// <summary>A state, or in which way it is damaged; neither if there is no such file.</summary>
    /// <exception cref="StateException">It cannot be read, or a newer version wrote it.</exception>
    public (State? State, string? Damage) Try(string path)
    {
        try
        {
            return files.ReadAll(path, mayHaveTwoNames: true) is { } json ? (StateDocument.Read(json), null) : (null, null);
        }
        catch (JsonException e)
        {
            return (null, $"{path} is damaged ({e.Message.TrimEnd('.')})");
        }
        catch (NewerStateException e)
        {
            throw new StateException(
                $"{path} was written by a newer Sentinel (state version {e.Version}; this one knows {StateDocument.CurrentVersion}).\n"
                + "Upgrade sentinel, or set SENTINEL_HOME to another folder. Nothing was changed.");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new StateException($"{path} cannot be read: {e.Message.TrimEnd('.')}. Nothing was changed.");
        }
    }
}

/// <param name="Source">The file that it was read from.</param>
/// <param name="Damage">What is wrong with the state that should have been read, in a sentence without its full stop; null: nothing.</param>
/// <param name="TakenOver">What the state was converted from, if it is not yet written as ours.</param>
/// <param name="CopyOf">The home that this one is a copy of, if its state does not say so yet; null: none.</param>
internal sealed record LoadedState(State State, string Source, string? Damage, TakenOver? TakenOver = null, string? CopyOf = null);
