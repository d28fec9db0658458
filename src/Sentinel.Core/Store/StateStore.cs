using System.Buffers;
using System.Globalization;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model;

namespace Sentinel.Core.Store;

/// <summary>
/// Keeps the <see cref="State"/> in a file that is never torn and never lost. Reading takes no lock and writes nothing;
/// writing is a <see cref="StateTransaction"/>.
/// </summary>
/// <param name="warn">Receives, as a sentence, what the user should know.</param>
/// <param name="python">Reads what the Python tool wrote; null: that counts as damage.</param>
/// <param name="hasDaemon">Whether a daemon answers; null: never asked.</param>
public sealed class StateStore(
    SentinelHome home, IStateFiles files, TimeProvider time, Action<string> warn, PythonState? python = null, Func<bool>? hasDaemon = null)
{
    // Kept, because the daemon writes again and again, and a buffer this large is expensive to throw away.
    private ArrayBufferWriter<byte> Document => field ??= new ArrayBufferWriter<byte>(16 * 1024);

    private readonly StateReader _reader = new(home, files.Home, time, python);

    private HeldState? _held;

    // The file as it was last written here while the turn was held.
    private FileVersion? _heldVersion;

    // What the file holds, as last written or read here: a command needs it more than once, and reading it is most of its work.
    private (FileVersion Version, State State)? _known;

    public SentinelHome Home => home;

    /// <summary>How its files are opened.</summary>
    public IHomeFiles Files => files.Home;

    internal EventLog Log { get; } = new(home, files.Home, warn);

    private EventJournal Journal => field ??= new EventJournal(Log);

    /// <summary>Raised with events that have just been recorded here.</summary>
    public event Action<IReadOnlyList<Event>>? Recorded
    {
        add => Journal.Recorded += value;
        remove => Journal.Recorded -= value;
    }

    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    public State Read()
    {
        if (_held is { } held)
            return held.State;
        var loaded = Load();
        if (loaded.Damage is { } damage)
            warn($"{damage}; using the last good copy, {loaded.Source}. The next command that changes something keeps the damaged file aside.");
        if (loaded.CopyOf is { } original)
            warn($"{home.Folder} is a copy of {original}: no running process belongs to it; the next command that changes something makes it a home of its own");
        if (loaded.TakenOver is { } taken)
            warn($"{Described(taken)} taken over by the next command that changes something");
        return loaded.State;
    }

    /// <summary>Waits for its turn, then reads the state to change it.</summary>
    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    /// <exception cref="LockKeptException">A daemon now has every turn.</exception>
    public StateTransaction Begin()
    {
        if (_held is { } held)
            return new StateTransaction(this, time, held.State, turn: null, held);
        files.MakePrivateFolder(home.Folder);
        var turn = files.Lock(home.Lock, holder => warn($"waiting for another command to finish ({holder})"), hasDaemon);
        try
        {
            return new StateTransaction(this, time, LoadOrRepair(), turn, held: null);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes every turn ours for as long as this process lives: transactions need no lock and begin with the state in memory.
    /// </summary>
    /// <param name="changed">Called with each new state.</param>
    /// <returns>False when it is somebody else's turn.</returns>
    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    public bool TryHold(Action<State> changed)
    {
        files.MakePrivateFolder(home.Folder);
        if (files.TryLock(home.Lock) is not { } turn)
            return false;
        try
        {
            _held = new HeldState(LoadOrRepair(), turn, changed, warn);
            (_known, _heldVersion) = (null, files.Home.VersionOf(home.State));
            return true;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Called with each new state that was written here.</summary>
    public Action<State>? Saved { get; set; }

    /// <summary>How often the state was written here.</summary>
    public int Saves { get; private set; }

    /// <summary>How long that took in all.</summary>
    public TimeSpan SaveTime { get; private set; }

    /// <summary>Health checks that the state does not have yet.</summary>
    public CountedChecks Checks { get; } = new();

    /// <summary>Whether every turn is ours; see <see cref="TryHold"/>.</summary>
    public bool IsHeld => _held is not null;

    /// <summary>Why the file is behind the state in memory, in a sentence; null when it is not.</summary>
    public string? WhyUnsaved => _held?.WhyUnsaved;

    /// <summary>Writes what could not be written before, if there is anything.</summary>
    public void SaveUnsaved()
    {
        if (_held is not { IsUnsaved: true } held)
            return;
        held.Became(Replace(held.State, [], durable: true), isNews: false);
        held.WasSaved();
    }

    /// <summary>
    /// Takes the state in the file in place of the one in memory, if another hand put it there; writes ours again if the file is gone or
    /// damaged. For the one who has every turn.
    /// </summary>
    /// <returns>Whether the state in memory is another now.</returns>
    /// <exception cref="StateException">The one in the file cannot be used.</exception>
    public bool Reread()
    {
        // What is in memory and could not be written is newer than any file.
        if (_held is not { IsUnsaved: false } held || files.Home.VersionOf(home.State) == _heldVersion)
            return false;
        var (state, damage) = _reader.Try(home.State);
        if (state is null && _reader.TakeOver() is null)
        {
            PutAside(damage ?? $"{home.State} is missing", "the daemon's");
            held.Became(Replace(held.State, [], durable: true), isNews: false);
            return false;
        }

        state = LoadOrRepair();
        (_known, _heldVersion) = (null, files.Home.VersionOf(home.State));
        held.Became(state, isNews: true);
        return true;
    }

    /// <summary>Records what happened and no change of the state tells.</summary>
    /// <exception cref="StateException">There is a state that cannot be used.</exception>
    /// <exception cref="LockKeptException">A daemon now has every turn.</exception>
    public void Tell(params IReadOnlyCollection<Event> events)
    {
        if (events.Count == 0)
            return;
        using var transaction = Begin();
        transaction.Tell(events);
        transaction.Save();
    }

    /// <returns>The state as it was written.</returns>
    internal State Replace(State state, IReadOnlyCollection<Event> happened, bool durable)
    {
        var begun = time.GetTimestamp();
        state = Journal.Enter(state, happened) with
        {
            Home = files.Home.MarkOf(home.Folder) is { } folder ? new HomeMark(home.Folder, folder) : null,
            Previous = files.Home.MarkOf(home.State),
        };
        Document.ResetWrittenCount();
        StateDocument.Write(Document, state);
        files.Replace(home.State, home.PreviousState, Document.WrittenSpan, durable);
        var version = files.Home.VersionOf(home.State);
        if (_held is null)
            Know(version, state);
        else
            _heldVersion = version;
        Saves++;
        SaveTime += time.GetElapsedTime(begun);
        Journal.Saved(state);
        return state;
    }

    /// <returns>The state, with the events that were saved before.</returns>
    internal State NotSaved(State state, IReadOnlyCollection<Event> happened)
    {
        Journal.NotSaved(happened);
        return state with { LastEvent = Journal.Last, PendingEvents = Journal.Pending };
    }

    private State LoadOrRepair()
    {
        var loaded = Load();
        Journal.GoOnFrom(loaded.State);
        if (loaded.CopyOf is { } original)
        {
            Replace(loaded.State, [], durable: true);
            warn($"{home.Folder} is a copy of {original}: running processes belong to the original, and from now on this is a home of its own; 'sentinel startall' starts those that ran");
        }

        if (loaded.Damage is { } damage)
        {
            PutAside(damage, loaded.Source);
            // At once: this command may have nothing to change, and later ones are not to warn again.
            Replace(loaded.State, [], durable: true);
        }
        else if (loaded.TakenOver is { } taken)
        {
            var aside = Aside("python");
            // A copy, because until ours is written, this file is the only state.
            files.Home.Copy(home.State, aside, mayHaveTwoNames: true);
            Replace(loaded.State, [], durable: true);
            warn($"{Described(taken)} now in use; the original {home.State} is kept as {aside}");
            foreach (var warning in taken.Warnings)
                warn(warning);
        }

        return loaded.State.WithPrefix();
    }

    private static string Described(TakenOver taken) =>
        $"the state of the Python sentinel ({taken.State.Processes.Count} processes, {taken.State.Groups.Count} groups and {taken.State.Ports.Count} ports) is";

    private void PutAside(string damage, string source)
    {
        if (!Path.Exists(home.State))
        {
            warn($"{damage}; using the last good copy, {source}.");
            return;
        }

        var aside = Aside("damaged");
        File.Move(home.State, aside, overwrite: true);
        warn($"{damage}; it is kept as {aside}, and the last good copy, {source}, is used.");
    }

    private string Aside(string why) => $"{home.State}.{why}-{time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";

    private void Know(FileVersion? version, State state) => _known = version is null ? null : (version, state);

    private LoadedState Load()
    {
        // Asked first: if the file is replaced meanwhile, it is read again the next time.
        var version = files.Home.VersionOf(home.State);
        if (_known is { } known && known.Version == version)
            return new LoadedState(known.State, home.State, null);
        var loaded = _reader.Load();
        if (loaded is { Damage: null, TakenOver: null, CopyOf: null })
            Know(version, loaded.State);
        return loaded;
    }
}

/// <summary>The state cannot be read or written; the message says why and what to do.</summary>
public sealed class StateException(string message) : Exception(message);
