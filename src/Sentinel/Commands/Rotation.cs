using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Supervision;
using Sentinel.Linux;

namespace Sentinel.Commands;

/// <summary>What commands do for logs where no daemon sees to them.</summary>
internal static class Rotation
{
    /// <summary>
    /// Rotates logs that are larger than they may be, gives pipes that lost their readers others, and warns where that fails. For
    /// commands that change something: whoever only looks writes nothing.
    /// </summary>
    public static void Tend(Session session)
    {
        List<ProcessRecord> processes = [.. session.Store.Read().Processes.Values];
        foreach (var process in processes)
            foreach (var log in LogsCommand.LogsOf(session, process))
                try
                {
                    if (process.Spec.LogLimits is { MaxBytes: > 0 and var most } limits && new FileInfo(log.Path) is { Exists: true } file && file.Length > most
                        && Files.IsRegular(log.Path)
                        && new LogRotation(Files).RotateIfLarge(log.Path, limits))
                        Compress(session, process, log);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    session.Warn($"{log.Path} cannot be rotated: {e.Message}");
                }

        // Where the file system is not known to do without, any may have one.
        var mayAll = Directory.Exists(session.Home.Logs) && Files.KnownOf(session.Home.Logs) is null;
        LogReaders.Mend(processes.Where(process => mayAll || process.Spec.LogPipe), session.Home, session.Warn);
    }

    public static Outcome RotateNow(Session session, ProcessRecord process)
    {
        try
        {
            var rotated = LogsCommand.LogsOf(session, process).Where(log => Files.IsRegular(log.Path)
                && new LogRotation(Files).Rotate(log.Path, process.Spec.LogLimits)).ToList();
            rotated.ForEach(log => Compress(session, process, log));
            return rotated.Count > 0
                ? new Outcome.Rotated(process.Spec.Name, process)
                : new Outcome.NotRotated(process.Spec.Name, process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Outcome.Failed(process.Spec.Name, process, $"its logs cannot be rotated: {e.Message}");
        }
    }

    private static LogFiles Files { get; } = new();

    private static void Compress(Session session, ProcessRecord process, LogFile log)
    {
        if (process.Spec.LogLimits.Compress)
            LogCompressions.Begin(log.Path, session.Warn);
    }
}
