using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sentinel.Actors;

/// <summary>What a process needs in order to misbehave and .NET does not offer.</summary>
internal static unsafe partial class Libc
{
    public const nint Default = 0;

    private const short NewSession = 0x80;
    private const int ChildSubreaper = 36;
    private const int Core = 4;

    // More than the opaque posix_spawnattr_t needs in any libc.
    private const int SpawnAttributes = 1024;

    [LibraryImport("libc")]
    public static partial nint signal(int number, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(int file, int operation);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    public static partial int getppid();

    /// <summary>Starts a program found on PATH, with our environment, in a session of its own.</summary>
    /// <returns>Its pid.</returns>
    public static int SpawnInNewSession(params string[] command) => Spawn(command, NewSession);

    /// <inheritdoc cref="SpawnInNewSession"/>
    public static int Spawn(string[] command, short flags = 0)
    {
        var attributes = stackalloc byte[SpawnAttributes];
        Check(posix_spawnattr_init(attributes));
        Check(posix_spawnattr_setflags(attributes, flags));
        Check(posix_spawnp(out var pid, command[0], null, attributes, [.. command, null], Environ()));
        return pid;
    }

    /// <summary>For a call of ptrace(2) that answers with an amount, or with 0.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint ptrace(nint request, int thread, nint address, nint data);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int pid, int* status, int options);

    public static void BecomeSubreaper() => Check(prctl(ChildSubreaper, 1) == 0 ? 0 : Marshal.GetLastPInvokeError());

    /// <summary>As far as the hard limit goes.</summary>
    public static void AllowCore()
    {
        var limit = stackalloc ulong[2];
        if (getrlimit(Core, limit) != 0)
            return;
        limit[0] = limit[1];
        _ = setrlimit(Core, limit);
    }

    private static string?[] Environ()
    {
        var variables = new List<string?>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables.Add($"{variable.Key}={variable.Value}");
        return [.. variables, null];
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawnp(
        out int pid, string file, byte* actions, byte* attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint value);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, ulong* limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, ulong* limit);

    /// <summary>The head of struct ptrace_syscall_info.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SystemCall
    {
        public const byte Entry = 1, Exit = 2;

        public byte Kind;
        public uint Architecture;
        public ulong InstructionPointer;
        public ulong StackPointer;
        public ulong Number;
        public fixed ulong Arguments[6];
    }
}
