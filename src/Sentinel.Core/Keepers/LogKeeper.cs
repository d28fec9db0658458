using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Keepers;

/// <summary>
/// Looks after the logs while the daemon runs: notes when they are written to and when they were emptied, and rotates those that
/// have grown too large. A log that nobody writes to costs nothing.
/// </summary>
/// <param name="tell">Records an event.</param>
/// <param name="compress">Starts to compress the backups of a log, without waiting for the end.</param>
/// <param name="warn">Receives, as a sentence, what the user should know.</param>
public sealed class LogKeeper(
    SentinelHome home,
    ILogFiles files,
    IModifications modifications,
    ILoop loop,
    TimeProvider time,
    Action<Event> tell,
    Action<string> compress,
    Action<string> warn) : IKeeper
{
    // How exact times are, and how long at least to wait between two looks at a busy log.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // How long to wait before trying again to rotate a log.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    // A log is quiet if no more than MuchBytes are added to it in this time.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private const long MuchBytes = 1024 * 1024;

    private readonly LogRotation _rotation = new(files, time);
    private readonly Dictionary<int, (ProcessIdentity? Main, WatchedLog Stdout, WatchedLog Stderr)> _kept = [];
    private readonly List<WatchedLog> _written = [];
    private bool _hasWarned;

    /// <summary>A log is kept by the daemon that sees the file.</summary>
    public bool KeepsElsewhere => true;

    /// <summary>Notes which logs there are, and which runs have begun.</summary>
    public void Changed(State state)
    {
        foreach (var id in _kept.Keys.Where(id => !state.Processes.ContainsKey(id)).ToList())
            _kept.Remove(id);
        foreach (var record in state.Processes.Values)
        {
            var isKnown = _kept.TryGetValue(record.Id, out var kept);
            if (!isKnown)
                kept = (null, new WatchedLog(record, LogStream.Stdout), new WatchedLog(record, LogStream.Stderr));
            (kept.Stdout.Record, kept.Stderr.Record) = (record, record);
            if (isKnown && kept.Main == record.State.Main && record.State is not RunState.Starting)
                continue;
            _kept[record.Id] = (record.State.Main, kept.Stdout, kept.Stderr);
            // Its logs may no longer be the same files.
            foreach (var log in (WatchedLog[])[kept.Stdout, kept.Stderr])
            {
                if (log.IsWritten)
                    continue;
                if (record.State is RunState.Starting)
                    // What comes from here on belongs to the run that is about to begin.
                    (log.End, log.IsEndKnown) = (LogEnd.Of(log.PathIn(home), files.Home) ?? 0, true);
                else if (record.State is RunState.Running running)
                {
                    Arm(log, running.Since);
                    // Writes from before the watch was armed raise no event.
                    if (IsTooLarge(log))
                        loop.After(Interval, () => RotateQuiet(log));
                }
            }
        }
    }

    private sealed class WatchedLog(ProcessRecord record, LogStream stream)
    {
        public ProcessRecord Record { get; set; } = record;

        public LogStream Stream => stream;

        /// <summary>Where the next write begins.</summary>
        public long End { get; set; }

        /// <summary>Whether that is certain: not for a process that ran before the daemon did.</summary>
        public bool IsEndKnown { get; set; }

        /// <summary>Whether it was written to since it was armed.</summary>
        public bool IsWritten { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        /// <summary>The mark of the log when it was armed; null: nothing is known.</summary>
        public LogMark? Mark { get; set; }

        public string PathIn(SentinelHome home) => stream == LogStream.Stdout ? home.StdoutOf(Record) : home.StderrOf(Record);
    }

    /// <param name="since">The time from which everything beyond the known end was written; null: nobody knows.</param>
    private void Arm(WatchedLog log, DateTimeOffset? since)
    {
        try
        {
            var path = log.PathIn(home);
            if (!files.IsRegular(path))
                return;
            if (!log.IsEndKnown && LogTimes.Exists(path, files.Home) && LogTimes.LastPosition(path, files.Home) is > 0 and var last)
                NoteLoss(log, new LogMark(last, last, Identity: null, []));
            var end = LogEnd.Of(path, files.Home) ?? 0;
            if (!log.IsEndKnown && LogTimes.Exists(path, files.Home))
                // What was written just before nobody watched cannot be told from what was written since.
                LogTimes.Append(path, LogTimes.LastPosition(path, files.Home), null, files.Home);
            else if (log.IsEndKnown && end > log.End)
            {
                if (since is not null)
                    LogTimes.Append(path, log.End, since, files.Home);
                LogTimes.Append(path, end, null, files.Home);
            }

            (log.End, log.IsEndKnown, log.Mark) = (end, true, LogMark.Of(path, files));
            modifications.Arm(path, () => Written(log));
            // It may have been written to before it was armed.
            if (LogEnd.Of(path, files.Home) > end)
                Written(log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn($"cannot record when logs are written: {e.Message}");
        }
    }

    private void Written(WatchedLog log)
    {
        if (log.IsWritten)
            return;
        log.IsWritten = true;
        try
        {
            LogTimes.Append(log.PathIn(home), log.End, time.GetUtcNow(), files.Home);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn($"cannot record when logs are written: {e.Message}");
        }

        _written.Add(log);
        if (_written.Count == 1)
            loop.After(Interval, LookAtWritten);
    }

    private void LookAtWritten()
    {
        WatchedLog[] written = [.. _written];
        _written.Clear();
        foreach (var log in written.Where(log => _kept.ContainsKey(log.Record.Id)))
        {
            if (log.Mark is { } mark)
                FailureOf(() => NoteLoss(log, mark));
            if (IsTooLarge(log))
                Rotate(log);
            else
                ArmAgain(log);
        }
    }

    private void NoteLoss(WatchedLog log, LogMark mark)
    {
        var path = log.PathIn(home);
        if (mark.FateOf(path, files) == LogFate.Grew)
            return;
        var (fate, lost) = _rotation.NoteLoss(path, mark);
        if (fate == LogFate.Emptied)
            tell(new Event.LogEmptied(time.GetUtcNow(), log.Record.Id, log.Record.Spec.Name, path, lost));
    }

    private void RotateQuiet(WatchedLog log)
    {
        if (!log.IsWritten && _kept.ContainsKey(log.Record.Id) && IsTooLarge(log))
            Rotate(log);
    }

    private void Rotate(WatchedLog log) => Rotated(log, FailureOf(() => _rotation.RotateIfLarge(log.PathIn(home), log.Record.Spec.LogLimits)));

    private void ArmAgain(WatchedLog log)
    {
        log.IsWritten = false;
        Arm(log, since: null);
    }

    private bool IsTooLarge(WatchedLog log)
    {
        var path = log.PathIn(home);
        try
        {
            return log.Record.Spec.LogLimits is { MaxBytes: > 0 and var most }
                && time.GetUtcNow() >= log.NotBefore
                && files.Home.LengthOf(path) > most
                && _rotation.DataBytes(path) > most;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Rotated(WatchedLog log, Exception? failure)
    {
        var path = log.PathIn(home);
        if (failure is not null)
        {
            // The log is as it was before; the obstacle, such as a full disk, may go away.
            log.NotBefore = time.GetUtcNow() + RetryInterval;
            warn($"{path} cannot be rotated: {failure.Message}");
            tell(new Event.LogNotRotated(time.GetUtcNow(), log.Record.Id, log.Record.Spec.Name, path, failure.Message));
        }
        else
        {
            if (log.Record.Spec.LogLimits.Compress)
                compress(path);
            try
            {
                using var history = new LogHistory(path, files);
                LogTimes.Forget(path, history.Start, files.Home);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Warn($"{LogTimes.PathOf(path)} cannot be shortened: {e.Message}");
            }
        }

        ArmAgain(log);
        if (failure is null)
            CutSoon(log);
    }

    // A log that was rotated while much was written to it has a hole at its front, until it is quiet.
    private void CutSoon(WatchedLog log)
    {
        var path = log.PathIn(home);
        var length = files.Home.LengthOf(path);
        loop.After(Quiet, () =>
        {
            if (!_kept.ContainsKey(log.Record.Id) || files.Home.LengthOf(path) is not { } now || length is null)
                return;
            if (now - length > MuchBytes)
                CutSoon(log);
            else
                FailureOf(() => _rotation.CutHole(path));
        });
    }

    private static Exception? FailureOf(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    // Once only: otherwise it would be repeated for every line.
    private void Warn(string warning)
    {
        if (!_hasWarned)
            warn(warning);
        _hasWarned = true;
    }
}
