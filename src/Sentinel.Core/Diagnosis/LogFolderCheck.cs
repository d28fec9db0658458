using Sentinel.Api;
using Sentinel.Core.Host;

namespace Sentinel.Core.Diagnosis;

/// <summary>The folder that logs are in.</summary>
/// <param name="FileSystem">The type of its file system.</param>
/// <param name="Rung">How logs are rotated there; null if that is tried only once the folder exists.</param>
public sealed record LogFolder(string Path, string FileSystem, LogRung? Rung);

public static class LogFolderCheck
{
    public static IEnumerable<Finding> Of(LogFolder folder) =>
    [
        folder.Rung switch
        {
            LogRung.Collapse => Finding.Ok(Areas.Logs, $"{folder.FileSystem}: a log is rotated by {folder.Rung.Value.Word()}"),
            LogRung.Punch => Finding.Ok(
                Areas.Logs, $"{folder.FileSystem}: a log is rotated by {folder.Rung.Value.Word()}; it looks as long as everything ever written to it"),
            LogRung.Reader => Finding.Degraded(
                Areas.Logs,
                $"{folder.FileSystem} cannot remove the front of a file: {folder.Rung.Value.Word()} stands between each process and its logs",
                "set SENTINEL_HOME to a folder on ext4, XFS, Btrfs or tmpfs"),
            _ => Finding.Ok(Areas.Logs, $"{folder.FileSystem}: the first 'run' tries how logs can be rotated"),
        },
    ];
}
