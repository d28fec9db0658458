using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Spawning;

/// <summary>
/// Lets a child look at what is on the file system of another machine or program, before anyone who cannot wait does: it may never
/// answer.
/// </summary>
internal sealed unsafe class RemoteProbe
{
    private const int PatienceMilliseconds = 2000;
    private const int MomentMilliseconds = 200;
    private const int WaitNot = 1;

    // Mounts hardly ever change, and many processes are started at once.
    private const int KnownMilliseconds = 1000;
    private const string Shell = "/bin/sh";
    private const string Script = "for path; do test -e \"$path\"; done; exit 0";

    // Do not wait again for a file system that did not answer, for each of many processes that are started.
    private const int SilentMilliseconds = 10_000;

    private readonly Dictionary<string, long> _silentSince = [];
    private RemoteFileSystems? _remote;
    private long _foundAt;

    /// <summary>Why one of the paths cannot be looked at now; null when all can.</summary>
    public string? WhyNot(IEnumerable<string> paths)
    {
        if (_remote is null || Environment.TickCount64 - _foundAt > KnownMilliseconds)
            (_remote, _foundAt) = (RemoteFileSystems.Find(), Environment.TickCount64);
        if (_remote is not { IsEmpty: false } remote)
            return null;
        foreach (var onOne in paths.Select(path => (Path: path, On: remote.On(path))).Where(each => each.On is not null).GroupBy(each => each.On!.Value))
        {
            var isKnown = _silentSince.TryGetValue(onOne.Key.Mount, out var since) && Environment.TickCount64 - since < SilentMilliseconds;
            if (!isKnown && Answers([.. onOne.Select(each => each.Path)]))
                continue;
            if (!isKnown)
                _silentSince[onOne.Key.Mount] = Environment.TickCount64;
            return $"{onOne.First().Path} cannot be looked at: the file system at {onOne.Key.Mount} ({onOne.Key.Kind}) does not answer";
        }

        return null;
    }

    private static bool Answers(string[] paths)
    {
        using var nothing = LibC.open("/dev/null", LibC.O_RDWR | LibC.O_CLOEXEC, 0);
        using var input = Above(nothing);
        using var child = new Child(OwnProcess.Launch("true"), input, input, input);
        var pid = child.Execute(Shell, [Shell, "-c", Script, Shell, .. paths], group: null, out var failure);
        if (failure is { } failed)
            throw new SpawnException(failed.ToString(Shell, "/"));
        if (HasEnded(pid, PatienceMilliseconds))
            return true;
        _ = LibC.kill(pid, SignalName.Kill);
        HasEnded(pid, MomentMilliseconds);
        return false;
    }

    // By polling: it takes a millisecond, or for ever.
    private static bool HasEnded(int pid, int milliseconds)
    {
        for (var begun = Environment.TickCount64; Environment.TickCount64 - begun < milliseconds; Thread.Sleep(1))
            if (LibC.waitpid(pid, null, WaitNot) != 0)
                return true;
        return false;
    }

    private static SafeFileHandle Above(SafeFileHandle file) =>
        new(LibC.fcntl(file, LibC.F_DUPFD_CLOEXEC, 3), ownsHandle: true);
}
