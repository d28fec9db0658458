using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sentinel.EndToEnd;

/// <summary>A process that is neither gone nor a zombie, as /proc tells of it; another with the same pid is not taken for it.</summary>
internal sealed record Live(int Pid, long StartTicks)
{
    public bool IsAlive => Find(Pid) == this;

    /// <summary>Its session, and null when it is gone.</summary>
    public int? Session => Stat(Pid) is { } stat ? int.Parse(stat[3], CultureInfo.InvariantCulture) : null;

    public int? Parent => Stat(Pid) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : null;

    public string[] Arguments => Strings("cmdline");

    /// <summary>What it was started with.</summary>
    public IReadOnlyDictionary<string, string> Environment
    {
        get
        {
            // One that is just becoming a program shows neither arguments nor environment for a moment.
            SpinWait.SpinUntil(() => !IsAlive || Arguments.Length > 0, TimeSpan.FromMinutes(2));
            return Strings("environ").Select(variable => variable.Split('=', 2)).ToDictionary(variable => variable[0], variable => variable[1]);
        }
    }

    /// <summary>Its executable file.</summary>
    public string Program => Link("exe");

    public string Folder => Link("cwd");

    /// <summary>The open files by descriptor.</summary>
    public SortedDictionary<int, string> Descriptors
    {
        get
        {
            var open = new SortedDictionary<int, string>();
            foreach (var file in Entries("fd"))
                open[int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture)] = Link(Path.Combine("fd", Path.GetFileName(file)));
            return open;
        }
    }

    /// <summary>A line of /proc/PID/status, such as SigIgn or Umask.</summary>
    public string Status(string field) =>
        File.ReadLines($"/proc/{Pid}/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal)).Split('\t')[1];

    public OwnMemory Memory
    {
        get
        {
            var (memory, anonymous) = (new OwnMemory(0, 0), 0L);
            foreach (var fields in File.ReadLines($"/proc/{Pid}/smaps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                if (fields[0] == "Anonymous:")
                    anonymous = long.Parse(fields[1], CultureInfo.InvariantCulture);
                // The last line of a mapping.
                else if (fields[0] == "VmFlags:")
                    memory = fields.Contains("dc") ? memory with { Kept = memory.Kept + anonymous } : memory with { Copied = memory.Copied + anonymous };
            return memory;
        }
    }

    /// <summary>The least of its own memory, in KiB, within some seconds: a daemon gives back every five what it needs no more.</summary>
    public async Task<long> LastingMemory()
    {
        var least = long.MaxValue;
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(6); await Task.Delay(100))
            least = Math.Min(least, Memory.All);
        return least;
    }

    /// <summary>Whether it works in a folder, writes below it, or has it in its environment.</summary>
    public bool Mentions(string folder) =>
        Folder.StartsWith(folder, StringComparison.Ordinal)
        || Link("fd/1").StartsWith(folder, StringComparison.Ordinal)
        || Strings("environ").Any(variable => variable.Contains(folder));

    public void Signal(int number)
    {
        if (IsAlive)
            Signals.Send(Pid, number);
    }

    public static Live? Find(int pid) =>
        Stat(pid) is { } stat && !HasEnded(stat) ? new Live(pid, long.Parse(stat[19], CultureInfo.InvariantCulture)) : null;

    public static IEnumerable<Live> All() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) && pid != System.Environment.ProcessId ? Find(pid) : null)
        .OfType<Live>();

    // Its main thread may have ended before the others have.
    private static bool HasEnded(string[] stat) => stat[0] is "Z" or "X" && stat[17] is ("0" or "1");

    // From the third field on, the state; the second, in brackets, may have anything in it.
    private static string[]? Stat(int pid)
    {
        var stat = Try(() => File.ReadAllText($"/proc/{pid}/stat"), "");
        return stat.Length == 0 ? null : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private string[] Strings(string file) =>
        Try(() => File.ReadAllText($"/proc/{Pid}/{file}"), "").Split('\0', StringSplitOptions.None)[..^1];

    private string Link(string file) => Try(() => new FileInfo($"/proc/{Pid}/{file}").LinkTarget, null) ?? "";

    private string[] Entries(string folder) => Try(() => Directory.GetFileSystemEntries($"/proc/{Pid}/{folder}"), []);

    // Processes come and go while one looks.
    private static T Try<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}

/// <summary>Memory that a process shares with nobody, in KiB: what a child of it would get a copy of, and what is kept from children.</summary>
internal readonly record struct OwnMemory(long Copied, long Kept)
{
    public long All => Copied + Kept;
}

internal static partial class Signals
{
    public const int HangUp = 1, Interrupt = 2, Kill = 9, SegmentationFault = 11, Terminate = 15, Continue = 18, Stop = 19;

    public static void Send(int pid, int number) => _ = kill(pid, number);

    /// <summary>A shell that runs the tests in the background has them ignore these signals, and so would all that they start.</summary>
    [ModuleInitializer]
    internal static void IgnoreNone()
    {
        const string field = "SigIgn:";
        var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..];
        var ignored = ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        foreach (var number in new[] { HangUp, Interrupt })
            if ((ignored >> (number - 1) & 1) != 0)
                signal(number, 0);
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
}
