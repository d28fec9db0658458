using System.Runtime.InteropServices;

namespace Sentinel.Linux;

/// <summary>Strings and lists of strings as C has them; they live until this is disposed of.</summary>
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

    public void Dispose() => _blocks.ForEach(block => NativeMemory.Free((void*)block));

    private void* Allocate(int bytes)
    {
        var block = NativeMemory.Alloc((nuint)bytes);
        _blocks.Add((nint)block);
        return block;
    }
}
