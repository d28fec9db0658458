namespace Sentinel.Core.Logs;

/// <summary>Removes from text what a terminal would obey, not show: escape sequences, see ECMA-48. They may come in pieces.</summary>
public sealed class EscapeCutter
{
    public const byte Escape = 0x1b;

    /// <summary>In UTF-8, the controls from 0x80 to 0x9f are two bytes; some of them begin a sequence, as ESC and a letter do.</summary>
    public const byte Lead = 0xc2;

    private const byte Bell = 7;
    private const int LetterOfControl = 0x40;

    private enum Within
    {
        Text,
        Escape,

        /// <summary>CSI: ends with a letter.</summary>
        Control,

        /// <summary>OSC and the like: ends with BEL or ESC \.</summary>
        String,
        EscapeInString,
        LeadInString,
        Intermediate,
    }

    private Within _within;
    private bool _isLead;

    /// <param name="isWhole">Whether nothing follows.</param>
    public ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> bytes, bool isWhole = false)
    {
        if (_within == Within.Text && !_isLead && bytes.Span.IndexOfAny(Escape, Lead) < 0)
            return bytes;
        var kept = new byte[bytes.Length + 1];
        var length = 0;
        foreach (var b in bytes.Span)
        {
            // No sequence goes beyond its line: an unfinished one hides nothing else.
            if (b == '\n')
                _within = Within.Text;
            if (_within == Within.Text && _isLead)
            {
                _isLead = false;
                if (b is >= 0x80 and <= 0x9f)
                {
                    _within = AfterEscape((byte)(b - LetterOfControl));
                    continue;
                }

                kept[length++] = Lead;
            }

            if (_within == Within.Text && b == Lead)
            {
                _isLead = true;
                continue;
            }

            if (_within == Within.Text && b != Escape)
                kept[length++] = b;
            _within = Next(b);
        }

        if (isWhole && _isLead)
        {
            kept[length++] = Lead;
            _isLead = false;
        }

        return kept.AsMemory(0, length);
    }

    private Within Next(byte b) => _within switch
    {
        Within.Text => b == Escape ? Within.Escape : Within.Text,
        Within.Escape => AfterEscape(b),
        Within.Intermediate => b is >= 0x20 and <= 0x2f ? Within.Intermediate : Within.Text,
        Within.Control => b is >= 0x40 and <= 0x7e ? Within.Text : b == Escape ? Within.Escape : Within.Control,
        Within.String => b switch { Bell => Within.Text, Escape => Within.EscapeInString, Lead => Within.LeadInString, _ => Within.String },
        Within.EscapeInString => b == '\\' ? Within.Text : Within.String,
        Within.LeadInString => b == 0x9c ? Within.Text : Within.String,
        _ => Within.Text,
    };

    private static Within AfterEscape(byte b) => b switch
    {
        (byte)'[' => Within.Control,
        (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' => Within.String,
        >= 0x20 and <= 0x2f => Within.Intermediate,
        Escape => Within.Escape,
        _ => Within.Text,
    };
}
