using Sentinel.Core.Host;

namespace Sentinel.Core.Diagnosis;

/// <summary>Where logs are.</summary>
/// <param name="FileSystem">Its kind.</param>
/// <param name="Rung">How logs are rotated there; null when that is only tried once there is a folder.</param>
public sealed record LogFolder(string Path, string FileSystem, LogRung? Rung);

public static class LogFolderCheck
{
    public static IEnumerable<Finding> Of(LogFolder folder) =>
    [
        folder.Rung switch
        {
            LogRung.Collapse => Finding.Ok(Areas.Logs, $"{folder.FileSystem}: a log is rotated by {folder.Rung.Value.Word()}"),
            LogRung.Punch => Finding.Ok(
                Areas.Logs, $"{folder.FileSystem}: a log is rotated by {folder.Rung.Value.Word()}; it looks as long as all that was written"),
            LogRung.Reader => Finding.Degraded(
                Areas.Logs,
                $"{folder.FileSystem} can take nothing out of a file: between each process and its logs stands {folder.Rung.Value.Word()}",
                "set SENTINEL_HOME to a folder on ext4, XFS, Btrfs or tmpfs"),
            _ => Finding.Ok(Areas.Logs, $"{folder.FileSystem}: how logs can be rotated is tried by the first 'run'"),
        },
    ];
}
