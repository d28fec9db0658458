using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>Puts a process of ours between a process and its log; see <see cref="Core.Logs.LogReader"/>.</summary>
public static unsafe class LogReaders
{
    /// <summary>The command that it executes, with the log, its maximum size, its backups, and whether they are compressed.</summary>
    public const string CommandName = "log-reader";

    /// <summary>The command that keeps a pseudo-terminal: with the same, and the path of its socket.</summary>
    public const string TerminalName = "terminal-keeper";

    // FIONREAD of ioctl_tty(2): how many bytes are waiting.
    private const ulong Waiting = 0x541b;

    /// <summary>Makes a descriptor one through which the log is written.</summary>
    internal static void Open(string log, Launch launch, SafeFileHandle place)
    {
        var ends = stackalloc int[2];
        if (LibC.pipe2(ends, LibC.O_CLOEXEC) != 0)
            throw SystemCallException.Last("make", "a pipe");
        using var reading = new SafeFileHandle(ends[0], ownsHandle: true);
        using var writing = new SafeFileHandle(ends[1], ownsHandle: true);
        // The process may open its own standard output again, by its name in /proc.
        if (launch.Account is { } account && LibC.fchown(writing, account.UserId, account.GroupId) != 0)
            throw SystemCallException.Last("hand over", "a pipe");
        // Both ends in one: without a reader, output waits for the next reader, and nobody is killed by SIGPIPE.
        using var both = LibC.open($"/proc/self/fd/{ends[1]}", LibC.O_RDWR | LibC.O_CLOEXEC, 0);
        Begin(log, launch.LogLimits, reading);
        if (LibC.dup3(both.IsInvalid ? writing : both, place, LibC.O_CLOEXEC) < 0)
            throw SystemCallException.Last("open", log);
    }

    /// <summary>
    /// Gives new readers to running processes that have lost theirs: where output waits in a pipe that nobody reads. Nothing is lost.
    /// </summary>
    /// <param name="warn">Told, in a sentence, what the user should know.</param>
    public static void Mend(IEnumerable<ProcessRecord> processes, SentinelHome home, ProcessTable table, Action<string> warn)
    {
        foreach (var record in processes)
            if (record.State.Main is { } main && table.IsHere(main))
                foreach (var (descriptor, log) in new[] { (1, home.StdoutOf(record)), (2, home.StderrOf(record)) })
                    try
                    {
                        if (!IsAbandoned(main.Pid, descriptor))
                            continue;
                        using var pipe = LibC.open($"/proc/{main.Pid}/fd/{descriptor}", LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
                        if (pipe.IsInvalid)
                            continue;
                        Begin(log, record.Spec.LogLimits, pipe);
                        warn($"{record.Spec.Name}: the process that wrote its log {log} was gone; another one continues it");
                    }
                    catch (Exception e) when (e is SpawnException or IOException or UnauthorizedAccessException)
                    {
                        warn($"{record.Spec.Name}: the process that wrote its log {log} is gone, and another one cannot be started: {e.Message}");
                    }
    }

    // A pipe that the program made for itself is not open for reading there.
    private static bool IsAbandoned(int pid, int descriptor)
    {
        var path = $"/proc/{pid}/fd/{descriptor}";
        return new FileInfo(path).LinkTarget is { } name && name.StartsWith("pipe:", StringComparison.Ordinal)
            && OpenFiles.FlagsOf(pid, descriptor) is { } flags && (flags & LibC.O_RDWR) != 0
            && LengthOf(path) > 0 && !HasReader(name);
    }

    /// <summary>What a command that writes a log is told.</summary>
    internal static string[] WordsFor(string log, LogLimits limits) =>
    [
        log, limits.MaxBytes.ToString(CultureInfo.InvariantCulture), limits.Backups.ToString(CultureInfo.InvariantCulture), limits.Compress ? "true" : "false",
    ];

    private static void Begin(string log, LogLimits limits, SafeFileHandle pipe) => OwnProcess.Begin(pipe, [CommandName, .. WordsFor(log, limits)]);

    private static int LengthOf(string pipe)
    {
        using var reading = LibC.open(pipe, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
        var length = 0;
        return !reading.IsInvalid && LibC.ioctl(reading, Waiting, &length) == 0 ? length : 0;
    }

    // A reader that has just been started is still a shell, which has the pipe as another descriptor.
    private static bool HasReader(string name)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(folder[^1])))
            try
            {
                if (File.ReadAllText($"{folder}/cmdline").Split('\0').Contains(CommandName)
                    && (new FileInfo($"{folder}/fd/0").LinkTarget == name || new FileInfo($"{folder}/fd/1").LinkTarget == name))
                    return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is another user's.
            }

        return false;
    }
}
