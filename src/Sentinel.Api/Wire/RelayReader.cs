using System.Buffers.Binary;

namespace Sentinel.Api.Wire;

/// <summary>Finds frames in bytes that come in pieces of any length.</summary>
/// <param name="hasMark">Whether <see cref="RelayFrame.BeginMark"/> comes first, after what is none of our business.</param>
public sealed class RelayReader(bool hasMark)
{
    // What a shell says at its start is short; a program that never ends to talk is not what was called.
    private const int MostNoise = 1024 * 1024;

    private byte[] _bytes = new byte[4096];
    private int _count;
    private int _noise;

    /// <summary>Whether the mark has come.</summary>
    public bool HasBegun { get; private set; } = !hasMark;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _count < bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    /// <summary>The next frame; null: more has to come first.</summary>
    /// <exception cref="InvalidDataException">What came is no frame.</exception>
    public RelayFrame? Next()
    {
        if (!HasBegun && !FindMark())
            return null;
        if (_count < RelayFrame.HeaderBytes)
            return null;
        var kind = (RelayKind)_bytes[0];
        var length = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(1));
        if (kind is < RelayKind.Hello or > RelayKind.Lost || length is < 0 or > RelayFrame.LongestBody)
            throw new InvalidDataException("what came over the connection is not what a relay says");
        if (_count < RelayFrame.HeaderBytes + length)
            return null;
        var frame = new RelayFrame(kind, _bytes.AsSpan(RelayFrame.HeaderBytes, length).ToArray());
        Drop(RelayFrame.HeaderBytes + length);
        return frame;
    }

    private bool FindMark()
    {
        var at = _bytes.AsSpan(0, _count).IndexOf(RelayFrame.BeginMark);
        if (at >= 0)
        {
            Drop(at + RelayFrame.BeginMark.Length);
            return HasBegun = true;
        }

        // Its beginning may be at the end.
        var noise = Math.Max(0, _count - RelayFrame.BeginMark.Length);
        Drop(noise);
        if ((_noise += noise) > MostNoise)
            throw new InvalidDataException("no relay answers, and what answers does not stop to talk");
        return false;
    }

    private void Drop(int count)
    {
        _bytes.AsSpan(count, _count - count).CopyTo(_bytes);
        _count -= count;
    }
}
