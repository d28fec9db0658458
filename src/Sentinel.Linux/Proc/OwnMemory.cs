using System.Globalization;
using System.Runtime.CompilerServices;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Proc;

/// <summary>Tells the kernel which memory of this process a child does not need (madvise(2)).</summary>
/// <remarks>
/// Copying page tables is most of the cost of a clone, and removing them most of that of an exec. Between the two a child touches
/// only its stack, its errno and what it was given.
/// </remarks>
public sealed unsafe class OwnMemory
{
    private const int DontNeed = 4;
    private const int DontFork = 10;
    private const int DoFork = 11;

    private readonly List<Mapping> _spared;

    private OwnMemory(List<Mapping> spared) => _spared = spared;

    /// <summary>Finds the memory of the garbage collector, one range of addresses without a gap, and our constants and variables.</summary>
    internal static OwnMemory Find()
    {
        object inside = new();
        var heap = (ulong)Unsafe.As<object, nint>(ref inside);
        ulong[] touched = [(ulong)&heap, (ulong)LibC.__errno_location()];
        var mappings = Mappings().ToList();
        var program = mappings.Find(mapping => mapping.Holds(AddressOfCode)).Name;
        // Except variables that begin as zero, which are in anonymous memory: there compiled code checks whether to wait for the
        // collector.
        var spared = mappings.FindAll(mapping => mapping.IsWritable && mapping.Name.Length > 0 && mapping.Name == program);
        if (HeapAround(heap, mappings, touched) is { } range)
            spared.Add(range);
        return new OwnMemory(spared);
    }

    /// <summary>Must be repeated before each child: memory that the collector has released and taken again since would be copied.</summary>
    internal void KeepFromChildren() => Advise(DontFork);

    internal void GiveToChildren() => Advise(DoFork);

    /// <summary>
    /// Releases the program's own code: what still runs is mapped again, from the page cache; what only the start needed (the
    /// command line, the first look at everything) no longer counts as ours.
    /// </summary>
    public static void LetGoOfCode()
    {
        foreach (var mapping in Mappings())
            // Nothing was written to it; otherwise it would be lost.
            if (mapping.Holds(AddressOfCode) && mapping.Name.Length > 0)
                _ = LibC.madvise((void*)mapping.Start, (nint)(mapping.End - mapping.Start), DontNeed);
    }

    private static ulong AddressOfCode => (ulong)(delegate*<void>)&LetGoOfCode;

    private void Advise(int advice)
    {
        foreach (var mapping in _spared)
            _ = LibC.madvise((void*)mapping.Start, (nint)(mapping.End - mapping.Start), advice);
    }

    // Memory that a child does touch may be adjacent: the range ends there.
    private static Mapping? HeapAround(ulong heap, List<Mapping> mappings, ulong[] touched)
    {
        Mapping? run = null;
        foreach (var mapping in mappings)
        {
            var belongs = mapping.Name.Length == 0 && !Array.Exists(touched, mapping.Holds);
            if (run is { } found && found.Holds(heap) && (!belongs || mapping.Start != found.End))
                return found;
            run = !belongs ? null : run is { } before && before.End == mapping.Start ? before with { End = mapping.End } : mapping;
        }

        return null;
    }

    private static IEnumerable<Mapping> Mappings()
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            // Start-end, rights, offset, device, inode and, where it has one, a name.
            var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            var bounds = fields[0].Split('-');
            yield return new Mapping(Address(bounds[0]), Address(bounds[1]), fields[1].Contains('w'), fields.Length == 6 ? fields[5] : "");
        }
    }

    private static ulong Address(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <param name="Name">The file that is mapped, or the name that the kernel gives; empty for anonymous memory.</param>
    private readonly record struct Mapping(ulong Start, ulong End, bool IsWritable, string Name)
    {
        public bool Holds(ulong address) => address >= Start && address < End;
    }
}
