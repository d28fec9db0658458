using System.Runtime.InteropServices;

namespace Sentinel.Linux.Spawning;

/// <summary>C strings and lists of C strings; they live until this is disposed of.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    public byte* Add(ReadOnlyMemory<byte> text)
    {
        var copy = (byte*)Allocate(text.Length + 1);
        text.Span.CopyTo(new Span<byte>(copy, text.Length));
        copy[text.Length] = 0;
        return copy;
    }

    public byte** AddList(IEnumerable<ReadOnlyMemory<byte>> texts)
    {
        var all = texts.ToList();
        var list = (byte**)Allocate((all.Count + 1) * sizeof(byte*));
        for (var i = 0; i < all.Count; i++)
            list[i] = Add(all[i]);
        list[all.Count] = null;
        return list;
    }

    public int* AddNumbers(IReadOnlyList<int> numbers)
    {
        var list = (int*)Allocate(Math.Max(1, numbers.Count) * sizeof(int));
        for (var i = 0; i < numbers.Count; i++)
            list[i] = numbers[i];
        return list;
    }

    public nint* AddCalls(IReadOnlyList<PreparingCall> calls)
    {
        var list = (nint*)Allocate(Math.Max(1, calls.Count) * Child.SystemCallArguments * sizeof(nint));
        for (var i = 0; i < calls.Count; i++)
            (list[(5 * i) + 0], list[(5 * i) + 1], list[(5 * i) + 2], list[(5 * i) + 3], list[(5 * i) + 4]) =
                (calls[i].Number, calls[i].First, calls[i].Second, calls[i].Third, calls[i].Fourth);
        return list;
    }

    public void Dispose() => _blocks.ForEach(block => NativeMemory.Free((void*)block));

    private void* Allocate(int bytes)
    {
        var block = NativeMemory.Alloc((nuint)bytes);
        _blocks.Add((nint)block);
        return block;
    }
}
