using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Supervision;

/// <summary>What is needed to change logs.</summary>
/// <param name="Compress">Starts to compress the backups of a log, without waiting for the end.</param>
public sealed record LogTools(ILogFiles Files, Action<string> Compress);

/// <summary>Rotates and empties logs when somebody asks for that, and rotates those that are too large where no daemon does.</summary>
internal sealed class LogBook(StateStore store, LogTools tools, Action<string> warn)
{
    private readonly LogRotation _rotation = new(tools.Files);

    /// <inheritdoc cref="Request.RotateLogs"/>
    public IReadOnlyList<Outcome> Rotate(Selection selection) => Each(selection, record =>
    {
        var rotated = new List<string>();
        var failure = FailureOf(LogFile.Of(record, store.Home), log =>
        {
            if (_rotation.Rotate(log.Path, record.Spec.LogLimits))
                rotated.Add(log.Path);
        });
        rotated.ForEach(log => Compress(record, log));
        return failure is not null ? new Outcome.Failed(record.Spec.Name, record, $"its logs cannot be rotated: {failure}")
            : rotated.Count > 0 ? new Outcome.Rotated(record.Spec.Name, record)
            : new Outcome.NotRotated(record.Spec.Name, record);
    });

    /// <inheritdoc cref="Request.ClearLogs"/>
    public IReadOnlyList<Outcome> Clear(Selection selection, LogStream? stream) => Each(selection, record =>
        FailureOf(LogFile.Of(record, store.Home).Where(log => log.Stream == (stream ?? log.Stream)), log => _rotation.Clear(log.Path)) is { } failure
            ? new Outcome.Failed(record.Spec.Name, record, $"its logs cannot be cleared: {failure}")
            : new Outcome.Cleared(record.Spec.Name, record));

    /// <summary>Rotates the logs that are larger than they may be.</summary>
    public void RotateLarge()
    {
        foreach (var record in store.Read().Processes.Values)
            foreach (var log in LogFile.Of(record, store.Home))
                try
                {
                    if (_rotation.RotateIfLarge(log.Path, record.Spec.LogLimits))
                        Compress(record, log.Path);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    warn($"{log.Path} cannot be rotated: {e.Message}");
                }
    }

    private IReadOnlyList<Outcome> Each(Selection selection, Func<ProcessRecord, Outcome> work)
    {
        List<ProcessRecord> found;
        List<Outcome> missing;
        // The state stays as it is, but to change a log takes the same right and turn as to change the state.
        using (var transaction = store.Begin())
            (found, missing) = selection.In(transaction.State, _ => true);
        return [.. found.Select(work), .. missing];
    }

    // A failure with one log does not stop the others.
    private static string? FailureOf(IEnumerable<LogFile> logs, Action<LogFile> work)
    {
        string? failure = null;
        foreach (var log in logs)
            try
            {
                work(log);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure ??= e.Message;
            }

        return failure;
    }

    private void Compress(ProcessRecord record, string log)
    {
        if (record.Spec.LogLimits.Compress)
            tools.Compress(log);
    }
}
