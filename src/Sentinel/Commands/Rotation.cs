using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Supervision;
using Sentinel.Linux;

namespace Sentinel.Commands;

/// <summary>Rotation of logs by commands.</summary>
internal static class Rotation
{
    /// <summary>Where no daemon sees to it: rotates logs that are larger than they may be, and warns where that fails.</summary>
    public static void RotateLarge(Session session, IEnumerable<ProcessRecord> processes)
    {
        var rotation = new LogRotation(new LogFiles());
        foreach (var process in processes)
            foreach (var log in LogsCommand.LogsOf(session, process))
                try
                {
                    if (process.Spec.LogLimits is { MaxBytes: > 0 and var most } && session.Store.Files.LengthOf(log.Path) > most
                        && session.Daemon is null)
                    {
                        MakeSure(session);
                        rotation.RotateIfLarge(log.Path, process.Spec.LogLimits);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    session.Warn($"{log.Path} cannot be rotated: {e.Message}");
                }
    }

    public static Outcome RotateNow(Session session, ProcessRecord process)
    {
        var rotation = new LogRotation(new LogFiles());
        var rotated = 0;
        if (Failure(session, LogsCommand.LogsOf(session, process), log => rotated += rotation.Rotate(log.Path, process.Spec.LogLimits) ? 1 : 0) is { } failure)
            return new Outcome.Failed(process.Spec.Name, process, $"its logs cannot be rotated: {failure}");
        return rotated > 0
            ? new Outcome.Rotated(process.Spec.Name, process)
            : new Outcome.NotRotated(process.Spec.Name, process);
    }

    public static Outcome Clear(Session session, ProcessRecord process, LogStream? stream)
    {
        var rotation = new LogRotation(new LogFiles());
        var logs = LogsCommand.LogsOf(session, process).Where(log => (stream ?? log.Stream) == log.Stream);
        return Failure(session, logs, log => rotation.Clear(log.Path)) is { } failure
            ? new Outcome.Failed(process.Spec.Name, process, $"its logs cannot be cleared: {failure}")
            : new Outcome.Cleared(process.Spec.Name, process);
    }

    // As for any other change.
    private static void MakeSure(Session session)
    {
        if (HomeFiles.WhyNotHome(session.Home.Folder, isToWrite: true) is { } why)
            throw new UnauthorizedAccessException(why);
    }

    // What is wrong with one does not hold up the others.
    private static string? Failure(Session session, IEnumerable<LogFile> logs, Action<LogFile> work)
    {
        string? failure = null;
        foreach (var log in logs)
            try
            {
                MakeSure(session);
                work(log);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure ??= e.Message;
            }

        return failure;
    }
}
