using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Specs;

namespace Sentinel.Linux;

/// <summary>Puts a process of ours between a process and its log; see <see cref="LogReader"/>.</summary>
public static unsafe class LogReaders
{
    /// <summary>The command that it executes; its arguments are the log, its largest size and its backups.</summary>
    public const string CommandName = "log-reader";

    private const string Shell = "/bin/sh";

    // It becomes nobody's child, so that nobody need take notice of its end. What runs in the background would read from nowhere, so
    // what it is to read comes as standard output.
    private const string Script = "\"$0\" \"$@\" <&1 >/dev/null 2>&1 &";

    /// <summary>Makes a descriptor one that the log is written through.</summary>
    internal static void Open(string log, LogLimits limits, SafeFileHandle place)
    {
        var ends = stackalloc int[2];
        if (LibC.pipe2(ends, LibC.O_CLOEXEC) != 0)
            throw SystemCallException.Last("make", "a pipe");
        using var reading = new SafeFileHandle(ends[0], ownsHandle: true);
        using var writing = new SafeFileHandle(ends[1], ownsHandle: true);
        using var nothing = LibC.open("/dev/null", LibC.O_RDWR | LibC.O_CLOEXEC, 0);
        using (var child = new Child(
            new Launch(Command.From(["true"]), "/", new EnvironmentBlock("PATH=/usr/bin:/bin\0"u8.ToArray()), 0x3f, "", "", limits, Cookie: null),
            nothing, reading, nothing))
        {
            string[] arguments =
            [
                Shell, "-c", Script, Environment.ProcessPath!, CommandName, log,
                limits.MaxBytes.ToString(CultureInfo.InvariantCulture), limits.Backups.ToString(CultureInfo.InvariantCulture),
            ];
            var pid = child.Execute(Shell, arguments, group: null, out var failure);
            if (failure is { } failed)
                throw new SpawnException(failed.ToString(Shell, "/"));
            int status;
            LibC.waitpid(pid, &status, 0);
        }

        if (LibC.dup3(writing, place, LibC.O_CLOEXEC) < 0)
            throw SystemCallException.Last("open", log);
    }
}
