using Sentinel.Core.Events;
using Sentinel.Core.Host;
using Sentinel.Core.Policy;
using Sentinel.Core.Store;

namespace Sentinel.Core.Logs;

/// <summary>
/// Sees to the logs while the daemon runs: notes when they are written, and rotates those that have grown too large. A log that
/// nobody writes to costs nothing.
/// </summary>
/// <param name="background">Does what takes time beside the loop, and tells on the loop what went wrong.</param>
/// <param name="warn">Told, in a sentence, what the user should know.</param>
public sealed class LogKeeper(
    SentinelHome home,
    ILogFiles files,
    IModifications modifications,
    ILoop loop,
    TimeProvider time,
    EventLog events,
    Action<Action, Action<Exception?>> background,
    Action<string> warn)
{
    // How exact times are, and how often at most a busy log is looked at.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // A log that could not be rotated is tried again.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LogRotation _rotation = new(files);
    private readonly Dictionary<int, (ProcessIdentity? Main, Kept Stdout, Kept Stderr)> _kept = [];
    private readonly List<Kept> _written = [];
    private bool _hasWarned;

    /// <summary>Takes note of which logs there are, and of runs that have begun.</summary>
    public void Changed(State state)
    {
        foreach (var id in _kept.Keys.Where(id => !state.Processes.ContainsKey(id)).ToList())
            _kept.Remove(id);
        foreach (var record in state.Processes.Values)
        {
            var isKnown = _kept.TryGetValue(record.Id, out var kept);
            if (isKnown && kept.Main == record.State.Main)
                continue;
            if (!isKnown)
                kept = (null, new Kept(record, LogStream.Stdout), new Kept(record, LogStream.Stderr));
            _kept[record.Id] = (record.State.Main, kept.Stdout, kept.Stderr);
            // Its logs may be other files than before.
            foreach (var log in (Kept[])[kept.Stdout, kept.Stderr])
            {
                log.Record = record;
                if (record.State.Main is not null && !log.IsWritten)
                    Arm(log, isNew: !isKnown);
            }
        }
    }

    private sealed class Kept(ProcessRecord record, LogStream stream)
    {
        public ProcessRecord Record { get; set; } = record;

        public LogStream Stream => stream;

        /// <summary>Where what is written next begins.</summary>
        public long End { get; set; }

        /// <summary>Whether it was written to since it was armed.</summary>
        public bool IsWritten { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public string PathIn(SentinelHome home) => stream == LogStream.Stdout ? home.StdoutOf(Record) : home.StderrOf(Record);
    }

    private void Arm(Kept log, bool isNew)
    {
        try
        {
            var path = log.PathIn(home);
            var end = LogHistory.EndOf(path) ?? 0;
            // While nobody was there, and up to now, nobody knows.
            if (isNew ? LogTimes.Exists(path) : end > log.End)
                LogTimes.Append(path, isNew ? LogTimes.LastPosition(path) : end, null);
            log.End = end;
            modifications.Arm(path, () => Written(log));
            // It may have been written to before it was armed.
            if (LogHistory.EndOf(path) > end)
                Written(log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn($"when logs are written cannot be noted: {e.Message}");
        }
    }

    private void Written(Kept log)
    {
        if (log.IsWritten)
            return;
        log.IsWritten = true;
        try
        {
            LogTimes.Append(log.PathIn(home), log.End, time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn($"when logs are written cannot be noted: {e.Message}");
        }

        _written.Add(log);
        if (_written.Count == 1)
            loop.After(Interval, LookAtWritten);
    }

    private void LookAtWritten()
    {
        Kept[] written = [.. _written];
        _written.Clear();
        foreach (var log in written.Where(log => _kept.ContainsKey(log.Record.Id)))
            if (IsTooLarge(log))
                background(() => _rotation.RotateIfLarge(log.PathIn(home), log.Record.Spec.LogLimits), failure => Rotated(log, failure));
            else
                ArmAgain(log);
    }

    private void ArmAgain(Kept log)
    {
        log.IsWritten = false;
        Arm(log, isNew: false);
    }

    private bool IsTooLarge(Kept log)
    {
        var path = log.PathIn(home);
        try
        {
            return log.Record.Spec.LogLimits is { MaxBytes: > 0 and var most }
                && time.GetUtcNow() >= log.NotBefore
                && new FileInfo(path) is { Exists: true } file
                && file.Length > most
                && _rotation.DataBytes(path) > most;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Rotated(Kept log, Exception? failure)
    {
        var path = log.PathIn(home);
        if (failure is not null)
        {
            // At the start it is as it was; what is in the way, such as a full disk, may go.
            log.NotBefore = time.GetUtcNow() + Patience;
            warn($"{path} cannot be rotated: {failure.Message}");
            events.Append([new Event.LogNotRotated(time.GetUtcNow(), log.Record.Id, log.Record.Spec.Name, path, failure.Message)]);
        }
        else
        {
            try
            {
                using var history = new LogHistory(path, files);
                LogTimes.Forget(path, history.Start);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Warn($"{LogTimes.PathOf(path)} cannot be shortened: {e.Message}");
            }
        }

        ArmAgain(log);
    }

    // Once: it would be said for every line.
    private void Warn(string warning)
    {
        if (!_hasWarned)
            warn(warning);
        _hasWarned = true;
    }
}
