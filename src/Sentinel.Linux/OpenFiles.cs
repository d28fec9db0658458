using Sentinel.Core.Diagnosis;
using Sentinel.Core.Policy;

namespace Sentinel.Linux;

/// <summary>The files that a process has open, as far as we may know.</summary>
public static class OpenFiles
{
    // The kernel's mark.
    private const string Deleted = " (deleted)";

    public static IEnumerable<string> Of(int pid) => NamesOf(pid).Select(file => file.Target);

    /// <summary>Those that were deleted, by the paths that they had and the names in /proc under which they can still be read.</summary>
    public static IEnumerable<(string Path, string StillAt)> DeletedOf(int pid) => NamesOf(pid)
        .Where(file => file.Target.EndsWith(Deleted, StringComparison.Ordinal))
        .Select(file => (file.Target[..^Deleted.Length], file.Descriptor));

    /// <summary>The logs that a process goes on writing to although they were deleted.</summary>
    public static IReadOnlyList<DeletedLog> DeletedLogsOf(ProcessRecord record) => record.State.Main is not { } main ? [] :
    [
        // By its name alone: the folder may have been reached by a link.
        .. DeletedOf(main.Pid)
            .Where(file => Path.GetFileName(file.Path) is var name && (name == $"{record.LogName}.stdout.log" || name == $"{record.LogName}.stderr.log"))
            .DistinctBy(file => file.Path)
            .Select(file => new DeletedLog(file.Path, file.StillAt)),
    ];

    private static IEnumerable<(string Descriptor, string Target)> NamesOf(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{pid}/fd").Order(StringComparer.Ordinal)
                .Select(file => (file, new FileInfo(file).LinkTarget)).Where(file => file.LinkTarget is not null).Select(file => (file.file, file.LinkTarget!))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
