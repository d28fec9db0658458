using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;
using Sentinel.Model.Policy;

namespace Sentinel.Linux.Proc;

/// <summary>Finds the logs that processes of a home have open by what /proc/PID/fd says; see proc_pid_fd(5).</summary>
public sealed class OpenLogs(SentinelHome home, ProcessTable table) : IOpenLogs
{
    public IReadOnlyList<DeletedLog> DeletedOf(ProcessRecord record) => record.State.Main is not { } main || !table.IsHere(main) ? [] :
    [
        // By its name alone: the folder may have been reached by a link.
        .. OpenFiles.DeletedOf(main.Pid)
            .Where(file => Path.GetFileName(file.Path) is var name && (name == $"{Path.GetFileName(record.LogName)}.stdout.log" || name == $"{Path.GetFileName(record.LogName)}.stderr.log"))
            .DistinctBy(file => file.Path)
            .Select(file => new DeletedLog(file.Path, file.StillAt)),
    ];

    public IReadOnlyList<MovedLog> MovedOf(ProcessRecord record)
    {
        if (record.State.Main is not { } main || !table.IsHere(main))
            return [];
        var moved = new List<MovedLog>();
        foreach (var (descriptor, log) in new[] { (1, home.StdoutOf(record)), (2, home.StderrOf(record)) })
        {
            var path = $"/proc/{main.Pid}/fd/{descriptor}";
            if (OpenFiles.LinkOf(path) is not { } now || now[0] != '/' || OpenFiles.IsOfDeleted(now)
                || OpenFiles.FlagsOf(main.Pid, descriptor) is not { } flags || (flags & (LibC.O_APPEND | LibC.O_WRONLY)) != (LibC.O_APPEND | LibC.O_WRONLY)
                || OpenFiles.IdentityOf(path) is not { } written || written == OpenFiles.IdentityOf(log) || !new LogFiles().IsRegular(path))
                continue;
            // If a program has chosen another file itself, its log is still where it was.
            if (!File.Exists(log) || Path.GetFileName(now).StartsWith(Path.GetFileName(log), StringComparison.Ordinal)
                || OpenFiles.IdentityOf(Path.GetDirectoryName(now)!) == OpenFiles.IdentityOf(Path.GetDirectoryName(log)!))
                moved.Add(new MovedLog(log, now));
        }

        return moved;
    }
}
