using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sentinel.Linux;

/// <summary>
/// Keeps what the garbage collector manages from being copied to children (MADV_DONTFORK, see madvise(2)): between clone and exec
/// they touch none of it, and copying its page tables is most of what a clone costs.
/// </summary>
internal static unsafe class ManagedMemory
{
    private const int DontFork = 10;
    private const int DoFork = 11;

    /// <param name="works">Makes a child, and says whether it came through.</param>
    public static void KeepFromChildren(Func<bool> works)
    {
        if (Find() is not { } memory || LibC.madvise((void*)memory.Start, (nint)(memory.End - memory.Start), DontFork) != 0)
            return;
        if (!works())
            _ = LibC.madvise((void*)memory.Start, (nint)(memory.End - memory.Start), DoFork);
    }

    // The collector takes one range of addresses at once; an object lies in it. The range consists of anonymous mappings without
    // a gap. What a child does touch, the stack and its errno, may lie next to it: the range ends there.
    private static (ulong Start, ulong End)? Find()
    {
        object inside = new();
        var within = (ulong)Unsafe.As<object, nint>(ref inside);
        ulong[] touched = [(ulong)&within, (ulong)LibC.__errno_location()];
        (ulong Start, ulong End)? run = null;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            // Start-end, rights, offset, device, inode and, where it has one, a name.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var bounds = fields[0].Split('-');
            var (start, end) = (Address(bounds[0]), Address(bounds[1]));
            var belongs = fields.Length == 5 && !touched.Any(address => address >= start && address < end);
            if (run is { } found && found.End > within && (!belongs || start != found.End))
                return found;
            run = !belongs ? null : run is { } before && before.End == start ? (before.Start, end) : (start, end);
        }

        return null;
    }

    private static ulong Address(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
