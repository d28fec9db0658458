using System.Buffers.Text;
using System.IO.Enumeration;
using System.Text;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Proc;

/// <summary>Reads /proc; see proc(5).</summary>
public sealed unsafe class ProcessTable : IProcessTable
{
    private const int ClockBoottime = 7;

    // /proc/PID/stat holds numbers and a name of at most 64 bytes.
    private const int StatBytes = 1024;

    // PF_KTHREAD in include/linux/sched.h.
    private const long KernelThread = 0x200000;

    private static readonly long PageBytes = Environment.SystemPageSize;
    private readonly long _ticksPerSecond = LibC.sysconf(LibC.SC_CLK_TCK);

    internal OutOfMemoryKills OutOfMemoryKills { get; } = new();

    /// <summary>From now on, processes killed because memory ran out can be told from others; see there.</summary>
    public void BeginWatchingMemory() => OutOfMemoryKills.Refresh();

    /// <summary>Why processes cannot be told apart here, in a sentence; null: they can.</summary>
    public static string? WhyBlind()
    {
        try
        {
            _ = OwnProc.Required;
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    public string BootId
    {
        get
        {
            _ = OwnProc.Required;
            return field ??= ReadBootId();
        }
    }

    private static string ReadBootId()
    {
        // A UUID and a line end.
        Span<byte> text = stackalloc byte[64];
        var read = ProcFile.Read("/proc/sys/kernel/random/boot_id\0"u8, text);
        return read > 0
            ? Encoding.ASCII.GetString(text[..read].TrimEnd((byte)'\n'))
            : throw new IOException("cannot read /proc/sys/kernel/random/boot_id, without which an old process may be taken for a new one");
    }

    public double TicksPerSecond => _ticksPerSecond;

    public ulong? PidNamespace => OwnProc.Required.PidNamespace;

    public double NowTicks
    {
        get
        {
            LibC.TimeSpec now;
            LibC.clock_gettime(ClockBoottime, &now);
            return (now.Seconds - OwnProc.Required.BootOffsetSeconds + (now.Nanoseconds / 1e9)) * _ticksPerSecond;
        }
    }

    public IReadOnlyList<Sighting> All()
    {
        var all = new List<Sighting>();
        foreach (var pid in new FileSystemEnumerable<int>("/proc", (ref entry) => Pid(entry.FileName), new EnumerationOptions())
        {
            ShouldIncludePredicate = (ref entry) => Pid(entry.FileName) > 0,
        })
        {
            if (Look(pid) is { } seen)
                all.Add(seen);
        }

        return all;

        static int Pid(ReadOnlySpan<char> name) => int.TryParse(name, out var pid) ? pid : 0;
    }

    public Sighting? Look(int pid)
    {
        Span<byte> stat = stackalloc byte[StatBytes];
        var length = ProcFile.Read(pid, "/stat\0"u8, stat);
        return length > 0 ? Read(pid, stat[..length]) : null;
    }

    /// <summary>Reads the content of /proc/PID/stat, without the offset of our time namespace.</summary>
    internal Sighting? Read(int pid, ReadOnlySpan<byte> stat)
    {
        var offset = OwnProc.Required.BootOffsetSeconds * _ticksPerSecond;
        return Parse(pid, stat) is { } seen ? seen with { StartTicks = seen.StartTicks - offset } : null;
    }

    public bool Exists(int pid) => PidFd.Exists(pid);

    public bool MayBeWritten(string path) => OpenFiles.MayBeWritten(path);
    public int NewestPid
    {
        get
        {
            // The last word; see proc_loadavg(5).
            Span<byte> text = stackalloc byte[128];
            var read = ProcFile.Read("/proc/loadavg\0"u8, text);
            var words = text[..Math.Max(0, read)].TrimEnd((byte)'\n');
            return Utf8Parser.TryParse(words[(words.LastIndexOf((byte)' ') + 1)..], out int pid, out _) ? pid : 0;
        }
    }

    public bool IsThread(int pid)
    {
        Span<byte> status = stackalloc byte[StatBytes];
        var read = ProcFile.Read(pid, "/status\0"u8, status);
        ReadOnlySpan<byte> text = status[..Math.Max(0, read)];
        var leader = text.IndexOf("\nTgid:\t"u8);
        return leader >= 0 && Utf8Parser.TryParse(text[(leader + "\nTgid:\t"u8.Length)..], out int of, out _) && of != pid;
    }

    // The mark before the group: if a tree within another can have no group, its processes are in the group of the outer one.
    public TreeSign SignOf(int pid) =>
        CookieInEnvironment(pid) is { } own ? new TreeSign(own, null)
        : RealTimeLimit.MarkOf(pid) is { } mark ? new TreeSign(null, mark)
        : new TreeSign(ControlGroup.CookieOf(pid), null);

    public EnvironmentBlock? EnvironmentOf(int pid) => Caller.EnvironmentOf(pid);

    public string? NameOf(int pid) => EnvironmentOf(pid)?[Variable.Name];

    public bool IsShell(int pid) => Shells.IsOne(pid);

    public bool? IsPopulated(string cookie) => ControlGroup.IsPopulated(cookie, pid => IsStranger(pid, cookie));

    /// <summary>Whether a process in the group of a tree does not belong to it: it is ourselves, or carries another tree's sign.</summary>
    internal bool IsStranger(int pid, string cookie) => pid == Environment.ProcessId
        || SignOf(pid) is var sign && (sign.Cookie is { } other ? other != cookie : sign.Mark is { } mark && mark != TreeMark.Of(cookie));

    public string? ProgramOf(int pid) => Ancestry.ProgramOf(pid) is var name && name != Ancestry.Unnamed ? name : null;

    public bool HasArguments(int pid, IReadOnlyList<string> first)
    {
        var wanted = Encoding.UTF8.GetBytes(string.Concat(first.Select(argument => argument + '\0')));
        var buffer = new byte[wanted.Length];
        return ProcFile.Read(pid, "/cmdline\0"u8, buffer) == wanted.Length && buffer.AsSpan().SequenceEqual(wanted);
    }

    public GroupSighting? LookAtGroup(string cookie) => ControlGroup.Look(cookie);

    public TimeSpan? CpuTimeOf(int pid) => CpuClock.Of(pid);

    internal static Sighting? Parse(int pid, ReadOnlySpan<byte> stat)
    {
        // Field 2, the name, is in parentheses and may itself contain parentheses and spaces.
        var close = stat.LastIndexOf((byte)')');
        if (close < 0 || stat.Length < close + 4)
            return null;
        var fields = stat[(close + 2)..];
        var state = fields[0];
        // Starting with the state, which is field 3.
        Span<long> numbers = stackalloc long[53];
        var field = 4;
        for (var rest = fields[2..]; field < numbers.Length && rest.Length > 0; field++)
        {
            if (field == 10 && (numbers[9] & KernelThread) != 0)
                return null;
            if (!Utf8Parser.TryParse(rest, out long number, out var read))
                // rsslim and addresses may be larger than a long.
                read = Math.Max(rest.IndexOf((byte)' '), 0);
            else
                numbers[field] = number;
            rest = rest[Math.Min(read + 1, rest.Length)..];
        }

        return new Sighting(
            pid,
            Parent: (int)numbers[4],
            Session: (int)numbers[6],
            // A main thread may end before the others: then it looks like a zombie while the process lives.
            HasEnded: state is (byte)'Z' or (byte)'X' && numbers[20] <= 1,
            IsOnCpu: state == 'R',
            StartTicks: numbers[22],
            MemoryBytes: numbers[24] * PageBytes,
            WaitStatus: (int)numbers[52])
        {
            Group = (int)numbers[5],
            ChildFaults = numbers[11],
            CpuTicks = numbers[14] + numbers[15] + numbers[16] + numbers[17],
            Threads = (int)numbers[20],
            IsSuspended = state == 'T',
        };
    }

    private static string? CookieInEnvironment(int pid)
    {
        // Most environments fit; a larger one is read as a whole.
        Span<byte> buffer = stackalloc byte[16 * 1024];
        var length = ProcFile.Read(pid, "/environ\0"u8, buffer);
        if (length < buffer.Length)
            return length > 0 ? Cookie.In(buffer[..length]) : null;
        try
        {
            return Cookie.In(File.ReadAllBytes($"/proc/{pid}/environ"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
