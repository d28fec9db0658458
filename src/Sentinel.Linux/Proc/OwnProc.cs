using System.Buffers.Text;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>The /proc that is mounted here, if its pids are those that this process can signal.</summary>
/// <param name="PidNamespace">The inode of our pid namespace; see pid_namespaces(7). Null if the kernel does not tell.</param>
/// <param name="BootOffsetSeconds">What our time namespace adds to the time since boot; see time_namespaces(7).</param>
internal sealed record OwnProc(ulong? PidNamespace, long BootOffsetSeconds)
{
    private const int StatusBytes = 8 * 1024;
    private const string Advice = "mount it, for example with 'unshare --mount-proc' or 'mount -t proc proc /proc', and try again";

    private static readonly Lazy<OwnProc> Found = new(Find);

    /// <exception cref="IOException">
    /// There is none, or it belongs to another pid namespace: going by its pids we would mistake one process for another.
    /// </exception>
    public static OwnProc Required => Found.Value;

    private static OwnProc Find()
    {
        var status = ReadSmall("/proc/self/status\0"u8, StatusBytes);
        if (status.Length == 0)
            throw new IOException(File.Exists("/proc/version")
                ? $"/proc is that of a pid namespace that this process is not in; {Advice}"
                : $"/proc is not mounted, and without it no process can be told from another; {Advice}");
        // One number for each pid namespace that the process is in, from that of this /proc inwards.
        var numbers = LineOf(status, "NSpid:"u8);
        if (numbers.IndexOf((byte)'\t') is >= 0 and var tab)
            throw new IOException(
                $"/proc is that of an outer pid namespace: it numbers this process {Text(numbers[..tab])}, and here it is {Environment.ProcessId}; {Advice}");
        return new OwnProc(ReadNamespace(), ReadBootOffset());
    }

    // "pid:[4026531836]"
    private static ulong? ReadNamespace() =>
        new FileInfo("/proc/self/ns/pid").LinkTarget is { } link
        && link.IndexOf('[') is > 0 and var open
        && ulong.TryParse(link.AsSpan(open + 1).TrimEnd(']'), out var inode)
            ? inode
            : null;

    // "boottime  seconds nanoseconds"; the file does not exist if the kernel has no time namespaces. A second is a whole number of
    // ticks, and offsets are whole seconds.
    private static long ReadBootOffset()
    {
        var line = LineOf(ReadSmall("/proc/self/timens_offsets\0"u8, 256), "boottime"u8);
        return Utf8Parser.TryParse(line.TrimStart((byte)' '), out long seconds, out _) ? seconds : 0;
    }

    private static ReadOnlySpan<byte> LineOf(ReadOnlySpan<byte> lines, ReadOnlySpan<byte> label)
    {
        var start = lines.IndexOf(label);
        if (start < 0)
            return [];
        var rest = lines[(start + label.Length)..];
        var end = rest.IndexOf((byte)'\n');
        return (end < 0 ? rest : rest[..end]).Trim("\t "u8);
    }

    private static string Text(ReadOnlySpan<byte> digits) => System.Text.Encoding.ASCII.GetString(digits);

    private static ReadOnlySpan<byte> ReadSmall(ReadOnlySpan<byte> path, int most)
    {
        var buffer = new byte[most];
        var length = ProcFile.Read(path, buffer);
        return length > 0 ? buffer.AsSpan(0, length) : [];
    }
}
