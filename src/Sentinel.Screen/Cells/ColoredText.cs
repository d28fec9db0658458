using System.Globalization;

namespace Sentinel.Screen.Cells;

/// <summary>Text with colours in it as terminals take them: see ECMA-48, "Select Graphic Rendition".</summary>
internal static class ColoredText
{
    /// <summary>Its parts, each with its ink. Sequences that do anything else are left out.</summary>
    public static IEnumerable<(string Text, Ink Ink)> Parts(string text, Ink ink)
    {
        var current = ink;
        for (var at = 0; at < text.Length;)
        {
            var escape = text.IndexOf('\e', at);
            if (escape != at)
            {
                yield return (text[at..(escape < 0 ? text.Length : escape)], current);
                if (escape < 0)
                    yield break;
            }

            at = EndOf(text, escape);
            if (at - escape > 2 && text[escape + 1] == '[' && text[at - 1] == 'm')
                current = Changed(current, ink, text[(escape + 2)..(at - 1)]);
        }
    }

    // The index after the sequence that begins here.
    private static int EndOf(string text, int escape)
    {
        var at = escape + 1;
        if (at >= text.Length)
            return at;
        if (text[at] == '[')
        {
            for (at++; at < text.Length; at++)
                if (text[at] is >= '@' and <= '~')
                    return at + 1;
            return at;
        }

        if (text[at] != ']')
            return at + 1;
        // A command for the terminal ends with BEL or with ESC \.
        for (; at < text.Length; at++)
            if (text[at] == '\a')
                return at + 1;
            else if (text[at] == '\e' && at + 1 < text.Length && text[at + 1] == '\\')
                return at + 2;
        return at;
    }

    private static Ink Changed(Ink current, Ink start, string parameters)
    {
        int[] numbers = [.. parameters.Replace(':', ';').Split(';').Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)];
        for (var i = 0; i < numbers.Length; i++)
            current = numbers[i] switch
            {
                0 => start,
                1 => current.With(Strokes.Bold),
                2 => current.With(Strokes.Dim),
                3 => current.With(Strokes.Italic),
                4 => current.With(Strokes.Underlined),
                7 => current.With(Strokes.Reversed),
                22 => Without(Strokes.Bold | Strokes.Dim),
                23 => Without(Strokes.Italic),
                24 => Without(Strokes.Underlined),
                27 => Without(Strokes.Reversed),
                >= 30 and <= 37 => current with { Text = Hue.Indexed(numbers[i] - 30) },
                38 => current with { Text = Mixed(ref i) ?? current.Text },
                39 => current with { Text = start.Text },
                >= 40 and <= 47 => current with { Ground = Hue.Indexed(numbers[i] - 40) },
                48 => current with { Ground = Mixed(ref i) ?? current.Ground },
                49 => current with { Ground = start.Ground },
                >= 90 and <= 97 => current with { Text = Hue.Indexed(numbers[i] - 90 + 8) },
                >= 100 and <= 107 => current with { Ground = Hue.Indexed(numbers[i] - 100 + 8) },
                _ => current,
            };
        return current;

        Ink Without(Strokes strokes) => current with { Strokes = (current.Strokes & ~strokes) | start.Strokes };

        // 5;n is one of 256; 2;r;g;b is a mixture.
        Hue? Mixed(ref int i)
        {
            if (i + 2 < numbers.Length && numbers[i + 1] == 5)
                return Hue.Indexed(Math.Clamp(numbers[i += 2], 0, 255));
            if (i + 4 >= numbers.Length || numbers[i + 1] != 2)
                return null;
            i += 4;
            return Hue.Of(numbers[i - 2] & 0xff, numbers[i - 1] & 0xff, numbers[i] & 0xff);
        }
    }
}
