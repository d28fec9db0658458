using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sentinel.Linux;

/// <summary>What the kernel is told of the memory that the runtime has mapped (madvise(2)).</summary>
public static unsafe class MemoryAdvice
{
    private const int DontNeed = 4;
    private const int DontFork = 10;
    private const int DoFork = 11;

    /// <summary>
    /// Keeps what the garbage collector manages from being copied to children: between clone and exec they touch none of it, and
    /// copying its page tables is most of what a clone costs.
    /// </summary>
    /// <param name="works">Makes a child, and says whether it came through.</param>
    internal static void KeepFromChildren(Func<bool> works)
    {
        if (Find() is not { } memory || LibC.madvise((void*)memory.Start, (nint)(memory.End - memory.Start), DontFork) != 0)
            return;
        if (!works())
            _ = LibC.madvise((void*)memory.Start, (nint)(memory.End - memory.Start), DoFork);
    }

    /// <summary>
    /// Lets go of the program's own code: what runs from then on is mapped again, from the page cache; what only the start needed
    /// (the command line, the first look at everything) counts as ours no longer.
    /// </summary>
    public static void LetGoOfCode()
    {
        var here = (ulong)(delegate*<void>)&LetGoOfCode;
        foreach (var (start, end, isAnonymous) in Mappings())
            // Nobody has written to it, or what was written would be lost.
            if (here >= start && here < end && !isAnonymous)
                _ = LibC.madvise((void*)start, (nint)(end - start), DontNeed);
    }

    // The collector takes one range of addresses at once; an object lies in it. The range consists of anonymous mappings without
    // a gap. What a child does touch, the stack and its errno, may lie next to it: the range ends there.
    private static (ulong Start, ulong End)? Find()
    {
        object inside = new();
        var within = (ulong)Unsafe.As<object, nint>(ref inside);
        ulong[] touched = [(ulong)&within, (ulong)LibC.__errno_location()];
        (ulong Start, ulong End)? run = null;
        foreach (var (start, end, isAnonymous) in Mappings())
        {
            var belongs = isAnonymous && !touched.Any(address => address >= start && address < end);
            if (run is { } found && found.End > within && (!belongs || start != found.End))
                return found;
            run = !belongs ? null : run is { } before && before.End == start ? (before.Start, end) : (start, end);
        }

        return null;
    }

    private static IEnumerable<(ulong Start, ulong End, bool IsAnonymous)> Mappings()
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            // Start-end, rights, offset, device, inode and, where it has one, a name.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var bounds = fields[0].Split('-');
            yield return (Address(bounds[0]), Address(bounds[1]), fields.Length == 5);
        }
    }

    private static ulong Address(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
