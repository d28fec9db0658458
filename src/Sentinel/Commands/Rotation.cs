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
                    if (process.Spec.LogLimits is { MaxBytes: > 0 and var most } && new FileInfo(log.Path) is { Exists: true } file && file.Length > most
                        && session.Daemon is null)
                        rotation.RotateIfLarge(log.Path, process.Spec.LogLimits);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    session.Warn($"{log.Path} cannot be rotated: {e.Message}");
                }
    }

    public static Outcome RotateNow(Session session, ProcessRecord process)
    {
        try
        {
            var rotation = new LogRotation(new LogFiles());
            var rotated = LogsCommand.LogsOf(session, process).Count(log => rotation.Rotate(log.Path, process.Spec.LogLimits));
            return rotated > 0
                ? new Outcome.Rotated(process.Spec.Name, process)
                : new Outcome.NotRotated(process.Spec.Name, process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Outcome.Failed(process.Spec.Name, process, $"its logs cannot be rotated: {e.Message}");
        }
    }
}
