using System.Buffers.Binary;

namespace Sentinel.Linux.Sockets;

/// <summary>
/// What a client says to the keeper of a terminal: a letter, the length of the content in two bytes, and the content. The keeper answers with
/// what the program prints, or, to one that has not attached, with a byte whenever everything that it sent was taken.
/// </summary>
internal static class TerminalFrame
{
    public const byte Attach = (byte)'a', Input = (byte)'i', WindowSize = (byte)'w';

    public const int HeadBytes = 3, MostBytes = 4096;

    public static byte[] Of(byte kind, ReadOnlySpan<byte> content)
    {
        var frame = new byte[HeadBytes + content.Length];
        frame[0] = kind;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(1), (ushort)content.Length);
        content.CopyTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    public static byte[] OfSize(int rows, int columns) => Of(WindowSize, [(byte)rows, (byte)(rows >> 8), (byte)columns, (byte)(columns >> 8)]);

    /// <summary>Takes the first frame off what was received, if it is there as a whole.</summary>
    public static (byte Kind, byte[] Content)? Take(List<byte> received)
    {
        if (received.Count < HeadBytes)
            return null;
        var length = received[1] | (received[2] << 8);
        if (received.Count < HeadBytes + length)
            return null;
        var frame = (received[0], received.GetRange(HeadBytes, length).ToArray());
        received.RemoveRange(0, HeadBytes + length);
        return frame;
    }
}
