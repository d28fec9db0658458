using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sentinel.Actors;

/// <summary>
/// Runs a command under ptrace(2) and does something to it at one of the system calls by which it changes anything: what it
/// writes in a folder, and the processes that it makes or signals. Needs no privileges; x86-64 only.
/// </summary>
internal sealed unsafe class Interruption
{
    private const int Stopped = 0x7f;
    private const int SystemCallStop = 0x85; // SIGTRAP | 0x80
    private const int WaitForAnyThread = 0x40000000; // __WALL
    private const int WaitForStop = 2; // WUNTRACED
    private const int Continue = 18;
    private const int Kill = 9;

    private const int Seize = 0x4206, SystemCall = 24, Detach = 17, PokeUser = 6, GetSystemCall = 0x420e, GetMessage = 0x4201;
    private const int EventExec = 4;

    // SYSGOOD, FORK, VFORK, CLONE, EXEC, and EXITKILL: nothing outlives us but what it has started.
    private const nint Options = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100000;

    private const int OriginalRax = 15 * 8, Rax = 10 * 8;
    private const ulong WriteOnly = 1, ReadWrite = 2, Create = 0x40, IsThread = 0x10000;

    private readonly string _folder;
    private readonly StreamWriter _log;
    private readonly int _at;
    private readonly bool _isLasting;
    private readonly int? _error;
    private readonly HashSet<int> _failing = [];
    private int _command;
    private bool _hasBegun;
    private int _count;

    /// <param name="log">Where each of the calls is noted, one a line, before it is made.</param>
    /// <param name="error">What the call fails with; null: the command is killed instead.</param>
    /// <param name="at">Which of the calls, from 1; 0: none.</param>
    /// <param name="isLasting">Whether all after it fail as well.</param>
    public Interruption(string folder, string log, int? error, int at, bool isLasting)
    {
        (_folder, _error, _at, _isLasting) = (folder, error, at, isLasting);
        _log = new StreamWriter(log) { AutoFlush = true };
    }

    public static int Run(string[] arguments)
    {
        var at = arguments[3].TrimEnd('+');
        return new Interruption(
            arguments[0], arguments[1],
            arguments[2] switch { "kill" => null, "EIO" => 5, "ENOSPC" => 28, var other => throw new ArgumentException(other) },
            int.Parse(at, CultureInfo.InvariantCulture), isLasting: at != arguments[3]).Run(arguments[4], arguments[5..]);
    }

    /// <returns>What the command ends with, as a shell tells it.</returns>
    private int Run(string program, string[] arguments)
    {
        // It waits for us to be there before it becomes the program.
        _command = Libc.Spawn(["sh", "-c", "kill -STOP $$; exec \"$0\" \"$@\"", program, .. arguments]);
        int status;
        Check(Libc.waitpid(_command, &status, WaitForStop));
        Check(Libc.ptrace(Seize, _command, 0, Options));
        Check(Libc.kill(_command, Continue));
        var exitCode = 0;
        int process;
        // Until nobody is left whom we trace.
        while ((process = Libc.waitpid(-1, &status, WaitForAnyThread)) > 0)
            if ((status & 0xff) == Stopped)
                Resume(process, status);
            else if (process == _command)
                exitCode = (status & 0x7f) is var signal and not 0 ? 128 + signal : status >> 8;
        return exitCode;
    }

    // One that has been killed meanwhile is not there to be resumed.
    private void Resume(int thread, int status)
    {
        var signal = (status >> 8) & 0xff;
        var occasion = status >> 16;
        if (occasion == EventExec && _hasBegun)
        {
            // What the command has started is a program of its own now.
            Libc.ptrace(Detach, thread, 0, 0);
            return;
        }

        _hasBegun |= occasion == EventExec;
        if (signal == SystemCallStop && _hasBegun)
            At(thread);
        Libc.ptrace(SystemCall, thread, 0, occasion == 0 && signal != SystemCallStop ? signal : 0);
    }

    private void At(int thread)
    {
        Libc.SystemCall call;
        if (Libc.ptrace(GetSystemCall, thread, sizeof(Libc.SystemCall), (nint)(&call)) <= 0)
            return;
        if (call.Kind == Libc.SystemCall.Exit && _failing.Remove(thread))
            Libc.ptrace(PokeUser, thread, Rax, -_error!.Value);
        if (call.Kind != Libc.SystemCall.Entry || Described(thread, call) is not { } description)
            return;
        var isChosen = ++_count == _at || (_isLasting && _at > 0 && _count > _at);
        _log.WriteLine($"{_count} {description}");
        if (!isChosen)
            return;
        if (_error is null)
        {
            // What it was about to do is not done any more.
            Libc.kill(_command, Kill);
            return;
        }

        Libc.ptrace(PokeUser, thread, OriginalRax, -1);
        _failing.Add(thread);
    }

    // Null when it changes nothing.
    private string? Described(int thread, Libc.SystemCall call)
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
            87 or 263 when _error is null => Path("unlink", call.Number == 263 ? a[1] : a[0]),
            84 when _error is null => Path("rmdir", a[0]),
            73 when _error is null => File("flock", a[0]),
            44 or 46 when _error is null => "send",
            49 when _error is null => "bind",
            56 when _error is null && (a[0] & IsThread) == 0 => "clone",
            435 when _error is null && (Read<ulong>(thread, a[0]) & IsThread) == 0 => "clone",
            57 or 58 when _error is null => "fork",
            59 when _error is null => "execve",
            62 or 424 when _error is null => "kill",
            _ => null,
        };

        string? File(string word, ulong descriptor) =>
            InFolder(word, new FileInfo($"/proc/{thread}/fd/{(int)descriptor}").LinkTarget ?? "");

        string? Path(string word, ulong address) => InFolder(word, Text(thread, address));

        // The other place where something is left behind is a control group.
        string? InFolder(string word, string path) =>
            path == _folder || path.StartsWith(_folder + "/", StringComparison.Ordinal) || path.StartsWith("/sys/fs/cgroup/", StringComparison.Ordinal)
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

    private static T Read<T>(int thread, ulong address)
        where T : unmanaged
    {
        using var memory = File.OpenHandle($"/proc/{thread}/mem");
        T value = default;
        RandomAccess.Read(memory, new Span<byte>(&value, sizeof(T)), (long)address);
        return value;
    }

    private static void Check(long result)
    {
        if (result < 0)
            throw new Win32Exception();
    }
}
