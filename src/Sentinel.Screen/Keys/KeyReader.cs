using System.Globalization;
using System.Text;

namespace Sentinel.Screen.Keys;

/// <summary>
/// Makes keys from the bytes that a terminal sends, however they were cut into pieces: UTF-8, the sequences of xterm and the VT220, text that
/// was pasted in brackets, and the mouse (SGR 1006). Sequences that mean nothing to us are left out.
/// </summary>
internal sealed class KeyReader
{
    private const byte Escape = 0x1b;

    // No sequence of a key is longer, and nobody pastes a name longer than that.
    private const int LongestSequence = 64, LongestPaste = 64 * 1024;

    private static readonly byte[] PasteEnd = "\e[201~"u8.ToArray();

    private readonly List<byte> _pending = [];
    private List<byte>? _pasted;

    /// <summary>Whether something is begun that only more bytes, or a pause, will tell.</summary>
    public bool IsWaiting => _pending.Count > 0 && _pasted is null;

    /// <summary>The keys that are whole with these bytes.</summary>
    public IReadOnlyList<Key> Read(ReadOnlySpan<byte> bytes)
    {
        _pending.AddRange(bytes);
        return Take(isPaused: false);
    }

    /// <summary>What was begun must be whole: nothing came for a while.</summary>
    public IReadOnlyList<Key> Pause() => Take(isPaused: true);

    private List<Key> Take(bool isPaused)
    {
        var keys = new List<Key>();
        while (_pending.Count > 0)
        {
            if (_pasted is not null)
            {
                if (!TakePaste(keys))
                    break;
                continue;
            }

            var (length, key) = First(CollectionsOf(_pending), isPaused);
            if (length == 0)
                break;
            _pending.RemoveRange(0, length);
            if (key is { Code: KeyCode.Paste })
                _pasted = [];
            else if (key is { } pressed)
                keys.Add(pressed);
        }

        return keys;
    }

    // False: its end has not come yet.
    private bool TakePaste(List<Key> keys)
    {
        var all = CollectionsOf(_pending);
        var end = all.IndexOf(PasteEnd);
        // The last bytes may be the beginning of the end.
        var taken = end >= 0 ? end : Math.Max(0, all.Length - PasteEnd.Length + 1);
        var pasted = _pasted!;
        pasted.AddRange(all[..Math.Min(taken, Math.Max(0, LongestPaste - pasted.Count))]);
        _pending.RemoveRange(0, end >= 0 ? end + PasteEnd.Length : taken);
        if (end < 0)
            return false;
        keys.Add(new Key(KeyCode.Paste, Encoding.UTF8.GetString([.. pasted])));
        _pasted = null;
        return true;
    }

    private static Span<byte> CollectionsOf(List<byte> bytes) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);

    // How many bytes the first key takes, 0 if it is not whole; null: they are none.
    private static (int Length, Key? Key) First(ReadOnlySpan<byte> bytes, bool isPaused) => bytes[0] switch
    {
        Escape => Sequence(bytes, isPaused),
        (byte)'\r' or (byte)'\n' => (1, new Key(KeyCode.Enter)),
        (byte)'\t' => (1, new Key(KeyCode.Tab)),
        0x7f or 0x08 => (1, new Key(KeyCode.Backspace)),
        0 => (1, Key.Control(' ')),
        < 0x1b => (1, Key.Control((char)(bytes[0] + 'a' - 1))),
        < 0x20 => (1, null),
        _ => Character(bytes, isPaused),
    };

    private static (int, Key?) Character(ReadOnlySpan<byte> bytes, bool isPaused)
    {
        var status = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
        return status == System.Buffers.OperationStatus.NeedMoreData && !isPaused ? (0, null)
            : status == System.Buffers.OperationStatus.Done && !Rune.IsControl(rune) ? (length, new Key(KeyCode.Text, rune.ToString()))
            : (Math.Max(1, length), null);
    }

    private static (int, Key?) Sequence(ReadOnlySpan<byte> bytes, bool isPaused)
    {
        if (bytes.Length == 1)
            return isPaused ? (1, new Key(KeyCode.Escape)) : (0, null);
        switch (bytes[1])
        {
            case (byte)'[':
                return Control(bytes, isPaused);
            case (byte)'O':
                return bytes.Length > 2 ? (3, Named(bytes[2], modifier: 1)) : isPaused ? (1, new Key(KeyCode.Escape)) : (0, null);
            default:
                // Alt and a key, or both keys in quick succession: nothing here is done by Alt.
                return (1, new Key(KeyCode.Escape));
        }
    }

    // ESC [ parameters, and a letter that ends it: ECMA-48, 5.4.
    private static (int, Key?) Control(ReadOnlySpan<byte> bytes, bool isPaused)
    {
        for (var end = 2; end < bytes.Length; end++)
        {
            if (bytes[end] is >= 0x40 and <= 0x7e && !(bytes[end] == '[' && end == 2))
                return (end + 1, Of(Encoding.ASCII.GetString(bytes[2..end]), (char)bytes[end]));
            // What is no part of a sequence begins something else.
            if (bytes[end] is < 0x20 or > 0x7e || end > LongestSequence)
                return (end, null);
        }

        return isPaused ? bytes.Length == 2 ? (1, new Key(KeyCode.Escape)) : (bytes.Length, null) : (0, null);
    }

    private static Key? Of(string parameters, char final)
    {
        if (parameters.StartsWith('<'))
            return Mouse(parameters[1..], final == 'M');
        var numbers = parameters.Split(';').Select(part => int.TryParse(part.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        var modifier = numbers.Length > 1 ? numbers[1] : 1;
        if (final != '~')
            return final == 'Z' ? new Key(KeyCode.BackTab) : Named((byte)final, modifier);
        return numbers[0] switch
        {
            200 => new Key(KeyCode.Paste),
            1 or 7 => Modified(KeyCode.Home),
            2 => Modified(KeyCode.Insert),
            3 => Modified(KeyCode.Delete),
            4 or 8 => Modified(KeyCode.End),
            5 => Modified(KeyCode.PageUp),
            6 => Modified(KeyCode.PageDown),
            >= 11 and <= 15 and var one => Function(one - 10),
            >= 17 and <= 21 and var one => Function(one - 11),
            (23 or 24) and var one => Function(one - 12),
            _ => null,
        };

        Key Modified(KeyCode code) => WithModifier(new Key(code), modifier);
    }

    private static Key? Named(byte final, int modifier)
    {
        Key? key = (char)final switch
        {
            'A' => new Key(KeyCode.Up),
            'B' => new Key(KeyCode.Down),
            'C' => new Key(KeyCode.Right),
            'D' => new Key(KeyCode.Left),
            'H' => new Key(KeyCode.Home),
            'F' => new Key(KeyCode.End),
            'M' => new Key(KeyCode.Enter),
            >= 'P' and <= 'S' => Function(final - 'P' + 1),
            _ => null,
        };
        return key is { } pressed ? WithModifier(pressed, modifier) : null;
    }

    // Button, column and row; only what is pressed counts.
    private static Key? Mouse(string parameters, bool isPressed)
    {
        int[] numbers = [.. parameters.Split(';').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return numbers is not [var button, > 0, > 0] || !isPressed ? null : (button & ~0x1c) switch
        {
            0 => At(KeyCode.Click),
            64 => At(KeyCode.WheelUp),
            65 => At(KeyCode.WheelDown),
            _ => null,
        };

        Key At(KeyCode code) => new(code, Row: numbers[2] - 1, Column: numbers[1] - 1);
    }

    private static Key Function(int number) => new(KeyCode.Function, number.ToString(CultureInfo.InvariantCulture));

    // One more than the sum of 1 for Shift, 2 for Alt and 4 for Ctrl.
    private static Key WithModifier(Key key, int modifier) => key with { Alt = ((modifier - 1) & 2) != 0, Ctrl = ((modifier - 1) & 4) != 0 };
}
