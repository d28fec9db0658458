using System.ComponentModel;
using System.Text;

namespace Sentinel.Actors;

/// <summary>
/// Runs a command under ptrace(2) and looks at its system calls, above all at those by which it changes anything: what it writes in
/// a folder, and the processes that it makes or signals. Needs no privileges; x86-64 only.
/// </summary>
internal abstract unsafe class Tracing(string folder)
{
    protected const int PokeUser = 6;

    private const int Stopped = 0x7f;
    private const int SystemCallStop = 0x85; // SIGTRAP | 0x80
    private const int WaitForAnyThread = 0x40000000; // __WALL
    private const int WaitForStop = 2; // WUNTRACED
    private const int Continue = 18;

    private const int Seize = 0x4206, SystemCall = 24, Detach = 17, GetSystemCall = 0x420e;
    private const int EventExec = 4;

    // SYSGOOD, FORK, VFORK, CLONE, EXEC, and EXITKILL: nothing outlives us but what it has started.
    private const nint Options = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100000;

    private const ulong WriteOnly = 1, ReadWrite = 2, Create = 0x40, IsThread = 0x10000;

    private bool _hasBegun;

    protected int Command { get; private set; }

    /// <returns>What the command ends with, as a shell tells it.</returns>
    protected int Run(string program, string[] arguments)
    {
        // It waits for us to be there before it becomes the program.
        Command = Libc.Spawn(["sh", "-c", "kill -STOP $$; exec \"$0\" \"$@\"", program, .. arguments]);
        int status;
        Check(Libc.waitpid(Command, &status, WaitForStop));
        Check(Libc.ptrace(Seize, Command, 0, Options));
        Check(Libc.kill(Command, Continue));
        var exitCode = 0;
        int process;
        // Until nobody is left whom we trace.
        while ((process = Libc.waitpid(-1, &status, WaitForAnyThread)) > 0)
            if ((status & 0xff) == Stopped)
                Resume(process, status);
            else if (process == Command)
                exitCode = (status & 0x7f) is var signal and not 0 ? 128 + signal : status >> 8;
        return exitCode;
    }

    /// <summary>Before the first instruction of the command.</summary>
    protected virtual void Begins(int thread)
    {
    }

    /// <summary>Before each system call, and after it.</summary>
    protected abstract void Calls(int thread, Libc.SystemCall call);

    // One that has been killed meanwhile is not there to be looked at, or resumed.
    private void Resume(int thread, int status)
    {
        try
        {
            Look(thread, status);
        }
        catch (IOException)
        {
            Libc.ptrace(SystemCall, thread, 0, 0);
        }
    }

    private void Look(int thread, int status)
    {
        var signal = (status >> 8) & 0xff;
        var occasion = status >> 16;
        if (occasion == EventExec && _hasBegun)
        {
            // What the command has started is a program of its own now.
            Libc.ptrace(Detach, thread, 0, 0);
            return;
        }

        if (occasion == EventExec)
        {
            _hasBegun = true;
            Begins(thread);
        }

        Libc.SystemCall call;
        if (signal == SystemCallStop && _hasBegun && Libc.ptrace(GetSystemCall, thread, sizeof(Libc.SystemCall), (nint)(&call)) > 0)
            Calls(thread, call);
        Libc.ptrace(SystemCall, thread, 0, occasion == 0 && signal != SystemCallStop ? signal : 0);
    }

    /// <returns>What a call changes, as its name and a path; null when it changes nothing.</returns>
    /// <param name="canFail">Only what may be refused for want of room.</param>
    protected string? Described(int thread, Libc.SystemCall call, bool canFail)
    {
        var a = call.Arguments;
        return call.Number switch
        {
            1 or 18 or 20 or 296 => File("write", a[0]),
            74 or 75 => File("fsync", a[0]),
            77 => File("ftruncate", a[0]),
            285 => File("fallocate", a[0]),
            2 when (a[1] & (WriteOnly | ReadWrite | Create)) != 0 => Path("open", a[0]),
            257 when (a[2] & (WriteOnly | ReadWrite | Create)) != 0 => Path("open", a[1]),
            82 or 264 or 316 => Path("rename", call.Number == 82 ? a[0] : a[1]),
            86 or 265 => Path("link", call.Number == 86 ? a[0] : a[1]),
            83 or 258 => Path("mkdir", call.Number == 83 ? a[0] : a[1]),
            // These cannot be told to fail: a disk that is full has room for them.
            87 or 263 when !canFail => Path("unlink", call.Number == 263 ? a[1] : a[0]),
            84 when !canFail => Path("rmdir", a[0]),
            73 when !canFail => File("flock", a[0]),
            44 or 46 when !canFail => "send",
            49 when !canFail => "bind",
            56 when !canFail && (a[0] & IsThread) == 0 => "clone",
            435 when !canFail && (Read<ulong>(thread, a[0]) & IsThread) == 0 => "clone",
            57 or 58 when !canFail => "fork",
            59 when !canFail => "execve",
            62 or 424 when !canFail => "kill",
            _ => null,
        };

        string? File(string word, ulong descriptor) =>
            InFolder(word, new FileInfo($"/proc/{thread}/fd/{(int)descriptor}").LinkTarget ?? "");

        string? Path(string word, ulong address) => InFolder(word, Text(thread, address));

        // The other place where something is left behind is a control group.
        string? InFolder(string word, string path) =>
            path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal) || path.StartsWith("/sys/fs/cgroup/", StringComparison.Ordinal)
                ? $"{word} {path}"
                : null;
    }

    private static string Text(int thread, ulong address)
    {
        var text = new List<byte>();
        for (byte next; (next = Read<byte>(thread, address + (ulong)text.Count)) != 0;)
            text.Add(next);
        return Encoding.UTF8.GetString([.. text]);
    }

    protected static T Read<T>(int thread, ulong address)
        where T : unmanaged
    {
        using var memory = File.OpenHandle($"/proc/{thread}/mem");
        T value = default;
        RandomAccess.Read(memory, new Span<byte>(&value, sizeof(T)), (long)address);
        return value;
    }

    protected static void Write<T>(int thread, ulong address, T value)
        where T : unmanaged
    {
        using var memory = File.OpenHandle($"/proc/{thread}/mem", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(memory, new ReadOnlySpan<byte>(&value, sizeof(T)), (long)address);
    }

    private static void Check(long result)
    {
        if (result < 0)
            throw new Win32Exception();
    }
}
