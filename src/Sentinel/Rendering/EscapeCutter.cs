namespace Sentinel.Rendering;

/// <summary>Cuts out of text what a terminal would obey and not show: escape sequences, see ECMA-48. They may come in pieces.</summary>
internal sealed class EscapeCutter
{
    private const byte Escape = 0x1b, Bell = 7;

    private enum Within
    {
        Text,
        Escape,

        /// <summary>CSI: ends with a letter.</summary>
        Control,

        /// <summary>OSC and the like: ends with BEL or ESC \.</summary>
        String,
        EscapeInString,
        Intermediate,
    }

    private Within _within;

    public ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> bytes)
    {
        if (_within == Within.Text && bytes.Span.IndexOf(Escape) < 0)
            return bytes;
        var kept = new byte[bytes.Length];
        var length = 0;
        foreach (var b in bytes.Span)
        {
            // No sequence goes beyond a line: one that was never finished hides nothing else.
            if (b == '\n')
                _within = Within.Text;
            if (_within == Within.Text && b != Escape)
                kept[length++] = b;
            _within = Next(b);
        }

        return kept.AsMemory(0, length);
    }

    private Within Next(byte b) => _within switch
    {
        Within.Text => b == Escape ? Within.Escape : Within.Text,
        Within.Escape => b switch
        {
            (byte)'[' => Within.Control,
            (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' => Within.String,
            >= 0x20 and <= 0x2f => Within.Intermediate,
            Escape => Within.Escape,
            _ => Within.Text,
        },
        Within.Intermediate => b is >= 0x20 and <= 0x2f ? Within.Intermediate : Within.Text,
        Within.Control => b is >= 0x40 and <= 0x7e ? Within.Text : b == Escape ? Within.Escape : Within.Control,
        Within.String => b switch { Bell => Within.Text, Escape => Within.EscapeInString, _ => Within.String },
        Within.EscapeInString => b == '\\' ? Within.Text : Within.String,
        _ => Within.Text,
    };
}
