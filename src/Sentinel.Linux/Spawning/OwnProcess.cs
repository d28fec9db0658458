using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>Runs something in a process of our own that nobody waits for.</summary>
internal static unsafe class OwnProcess
{
    /// <summary>The program that we are, also when its file was replaced.</summary>
    public const string Program = "/proc/self/exe";

    private const string Shell = "/bin/sh";

    // It becomes nobody's child, so that nobody needs to reap it. A shell gives a background command an empty standard input, so its
    // input comes as standard output.
    private const string Script = "\"$0\" \"$@\" <&1 >/dev/null 2>&1 &";

    /// <summary>How something is run that belongs to no supervised process, with no environment but a PATH.</summary>
    public static Launch Launch(params IReadOnlyList<string> command) => new(
        Command.From(command), "/", new EnvironmentBlock("PATH=/usr/bin:/bin\0"u8.ToArray()), 0x3f, "", "", LogLimits.Default, Cookie: null);

    /// <param name="input">Its standard input.</param>
    /// <exception cref="SpawnException">It could not be made.</exception>
    public static void Begin(SafeFileHandle input, params IEnumerable<string> arguments)
    {
        using var nothing = LibC.open("/dev/null", LibC.O_RDWR | LibC.O_CLOEXEC, 0);
        using var child = new Child(Launch("true"), nothing, input, nothing);
        var pid = child.Execute(Shell, [Shell, "-c", Script, Environment.ProcessPath!, .. arguments], group: null, out var failure);
        if (failure is { } failed)
            throw new SpawnException(failed.ToString(Shell, "/"));
        int status;
        LibC.waitpid(pid, &status, 0);
    }
}
