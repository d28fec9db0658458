using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Sentinel.Model.Specs;

/// <summary>
/// Arguments, variables and paths as text, without losing a byte: to Linux they are bytes, which need not be UTF-8. A byte that is
/// not part of valid UTF-8 becomes the character U+10FE00 + byte, in a private-use plane, and so does each byte of such a character
/// itself: a round trip changes nothing, and JSON can hold the text.
/// </summary>
public static class NativeText
{
    private const int Base = 0x10fe00;

    // The high surrogate of each such character in UTF-16.
    private const char Mark = '\udbff';

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        // In UTF-8, every character of that plane begins with this byte.
        if (!bytes.Contains((byte)0xf4) && Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var isText = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done && !IsByte(rune);
            if (isText)
                text.Append(rune.ToString());
            else
                text.Append(new Rune(Base + bytes[0]).ToString());
            bytes = bytes[(isText ? length : 1)..];
        }

        return text.ToString();
    }

    public static byte[] Bytes(string text)
    {
        if (!text.Contains(Mark))
            return Encoding.UTF8.GetBytes(text);
        var bytes = new ArrayBufferWriter<byte>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (IsByte(rune))
                bytes.Write([(byte)(rune.Value - Base)]);
            else
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Whether the bytes are valid UTF-8 as they stand.</summary>
    public static bool IsText(string text) => !text.Contains(Mark) || !text.EnumerateRunes().Any(IsByte);

    /// <summary>For people: a byte that is not text is shown as <c>\xe9</c>, as a shell's <c>$'…'</c> accepts it.</summary>
    public static string Readable(string text) => IsText(text)
        ? text
        : string.Concat(text.EnumerateRunes().Select(rune => IsByte(rune) ? $"\\x{rune.Value - Base:x2}" : rune.ToString()));

    /// <summary>Whether a character stands for a byte that is not text.</summary>
    public static bool IsByte(Rune rune) => rune.Value is >= Base + 0x80 and <= Base + 0xff;
}
