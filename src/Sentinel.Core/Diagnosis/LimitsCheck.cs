using System.Numerics;
using Sentinel.Api;

namespace Sentinel.Core.Diagnosis;

/// <summary>How much the system lets us have at once.</summary>
/// <param name="Watches">How many files a user may watch with inotify(7).</param>
/// <param name="Instances">How many inotify instances a user may have.</param>
/// <param name="CanWatch">Whether one more instance is possible now.</param>
/// <param name="OpenFiles">The soft limit of the daemon or, if none runs, of whoever would start it.</param>
/// <param name="MostOpenFiles">The hard limit.</param>
public sealed record Limits(long Watches, long Instances, bool CanWatch, long OpenFiles, long MostOpenFiles);

public static class LimitsCheck
{
    // stdout and stderr.
    private const int LogsOfProcess = 2;

    // Files of the daemon, besides one for each process: requests, the state, logs that are being rotated.
    private const int OwnFiles = 64;

    private const int FewInstances = 16;

    // Anything above this part of a limit is near it.
    private const double Near = 0.75;

    /// <param name="registered">How many processes are registered.</param>
    public static IEnumerable<Finding> Of(Limits limits, int registered)
    {
        var (watches, files) = ((long)registered * LogsOfProcess, (long)registered + OwnFiles);
        if (watches > limits.Watches * Near)
            yield return Finding.Degraded(
                Areas.Limits,
                $"{Counted.Processes(registered)} would have {watches} inotify watches, and a user may have {limits.Watches}: logs beyond that are looked at twice a second, and the times of their lines are less exact",
                $"sudo sysctl fs.inotify.max_user_watches={Plenty(watches)}");
        if (!limits.CanWatch)
            yield return Finding.Degraded(
                Areas.Limits,
                $"files cannot be watched, as all {limits.Instances} inotify instances of this user are taken: a daemon that starts now looks at logs twice a second, and the times of lines are less exact",
                $"sudo sysctl fs.inotify.max_user_instances={Plenty(Math.Max(limits.Instances, FewInstances))}");
        else if (limits.Instances < FewInstances)
            yield return Finding.Degraded(
                Areas.Limits,
                $"a user may have {limits.Instances} inotify instances; the daemon and each --follow need one",
                $"sudo sysctl fs.inotify.max_user_instances={Plenty(FewInstances)}");
        if (files > limits.OpenFiles * Near)
            yield return Finding.Degraded(
                Areas.Limits,
                $"the daemon needs {files} open files for {Counted.Processes(registered)}, and may have {limits.OpenFiles}",
                limits.MostOpenFiles >= Plenty(files)
                    ? $"ulimit -n {Plenty(files)} && sentinel daemon restart (in a unit of systemd: LimitNOFILE={Plenty(files)})"
                    : $"raise nofile in /etc/security/limits.conf to {Plenty(files)}, log in again, sentinel daemon restart (in a unit of systemd: LimitNOFILE={Plenty(files)})");
        else if (watches <= limits.Watches * Near && limits.CanWatch && limits.Instances >= FewInstances)
            yield return Finding.Ok(
                Areas.Limits, $"{limits.OpenFiles} open files and {limits.Watches} inotify watches are enough for {Room(limits)} processes");
    }

    // How many processes there can be before any of this is reported.
    private static long Room(Limits limits) =>
        Math.Max(0, (long)Math.Min(limits.OpenFiles * Near - OwnFiles, limits.Watches * Near / LogsOfProcess));

    private static long Plenty(long needed) => (long)BitOperations.RoundUpToPowerOf2((ulong)needed * 4);
}
