using System.Buffers.Binary;

namespace Sentinel.Api.Wire;

/// <summary>What a frame of a channel to another machine is.</summary>
public enum RelayKind : byte
{
    /// <summary>The first from there: a <see cref="RelayHello"/>.</summary>
    Hello = 1,

    /// <summary>What is to be run there: a <see cref="RelayCall"/>.</summary>
    Run = 2,

    /// <summary>Asks what became of a call on an earlier channel; its body is the call's id.</summary>
    Ask = 3,

    /// <summary>Bytes for its standard input; none: that is all.</summary>
    Input = 4,

    /// <summary>Bytes that it wrote to standard output.</summary>
    Output = 5,

    /// <summary>Bytes that it wrote to standard error.</summary>
    Error = 6,

    /// <summary>It still runs. Comes every second.</summary>
    Working = 7,

    /// <summary>It has ended; four bytes of exit code.</summary>
    Ended = 8,

    /// <summary>The call that was asked about was never begun, and never will be.</summary>
    NeverBegun = 9,

    /// <summary>The call that was asked about was begun, and nobody knows how it ended.</summary>
    Lost = 10,
}

/// <summary>A frame of a channel to another machine: its kind in one byte, the length of its body in four with the lowest first, its body.</summary>
public readonly record struct RelayFrame(RelayKind Kind, ReadOnlyMemory<byte> Body)
{
    public const int HeaderBytes = 1 + sizeof(int);

    /// <summary>The longest body.</summary>
    public const int LongestBody = 1024 * 1024;

    /// <summary>Comes before the first frame from there. Whatever comes before it was written by what starts a shell there, and is nothing to us. It does not end as it begins, so it is found after what is a part of it.</summary>
    public static ReadOnlySpan<byte> BeginMark => "\0sentinel relay\n"u8;

    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderBytes + Body.Length];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Body.Length);
        Body.Span.CopyTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    public static RelayFrame Ended(int exitCode)
    {
        var body = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(body, exitCode);
        return new RelayFrame(RelayKind.Ended, body);
    }

    /// <summary>That of <see cref="RelayKind.Ended"/>.</summary>
    /// <exception cref="InvalidDataException">It has none.</exception>
    public int ToExitCode() => Kind == RelayKind.Ended && Body.Length == sizeof(int)
        ? BinaryPrimitives.ReadInt32LittleEndian(Body.Span) : throw new InvalidDataException($"{Kind} has no exit code");
}
