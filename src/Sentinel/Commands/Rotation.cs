using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Policy;

namespace Sentinel.Commands;

/// <summary>What commands do for logs where no daemon does.</summary>
internal static class Rotation
{
    /// <summary>
    /// Rotates logs that are too large, gives new readers to pipes that lost theirs, and warns where that fails. For commands that
    /// change something: those that only look write nothing.
    /// </summary>
    public static void Tend(Session session)
    {
        List<ProcessRecord> processes = [.. session.Store.Read().Processes.Values];
        foreach (var process in processes)
            foreach (var log in LogsCommand.LogsOf(session, process))
                try
                {
                    if (process.Spec.LogLimits is { MaxBytes: > 0 and var most } limits && session.Store.Files.LengthOf(log.Path) > most)
                    {
                        MakeSure(session);
                        if (new LogRotation(Files).RotateIfLarge(log.Path, limits))
                            Compress(session, process, log);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    session.Warn($"{log.Path} cannot be rotated: {e.Message}");
                }

        // Unless the file system is known to need no readers, any process may have one.
        var mayAll = Directory.Exists(session.Home.Logs) && Files.KnownOf(session.Home.Logs) is null;
        LogReaders.Mend(processes.Where(process => mayAll || process.Spec.LogPipe), session.Home, session.Table, session.Warn);
    }

    public static Outcome RotateNow(Session session, ProcessRecord process)
    {
        var rotation = new LogRotation(Files);
        var rotated = 0;
        if (Failure(session, LogsCommand.LogsOf(session, process), RotateOne) is { } failure)
            return new Outcome.Failed(process.Spec.Name, process, $"its logs cannot be rotated: {failure}");
        return rotated > 0
            ? new Outcome.Rotated(process.Spec.Name, process)
            : new Outcome.NotRotated(process.Spec.Name, process);

        void RotateOne(LogFile log)
        {
            if (!rotation.Rotate(log.Path, process.Spec.LogLimits))
                return;
            rotated++;
            Compress(session, process, log);
        }
    }

    public static Outcome Clear(Session session, ProcessRecord process, LogStream? stream)
    {
        var rotation = new LogRotation(Files);
        var logs = LogsCommand.LogsOf(session, process).Where(log => (stream ?? log.Stream) == log.Stream);
        return Failure(session, logs, log => rotation.Clear(log.Path)) is { } failure
            ? new Outcome.Failed(process.Spec.Name, process, $"its logs cannot be cleared: {failure}")
            : new Outcome.Cleared(process.Spec.Name, process);
    }

    // The same check as before any other change.
    private static void MakeSure(Session session)
    {
        if (HomeFiles.WhyNotHome(session.Home.Folder, isToWrite: true) is { } why)
            throw new UnauthorizedAccessException(why);
    }

    // A failure of one log does not stop the others.
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

    private static LogFiles Files { get; } = new();

    private static void Compress(Session session, ProcessRecord process, LogFile log)
    {
        if (process.Spec.LogLimits.Compress)
            LogCompressions.Begin(log.Path, session.Warn);
    }
}
