using Sentinel.Linux.Native;

namespace Sentinel.Rendering;

/// <summary>How to write for the reader.</summary>
/// <param name="IsRich">Colours and box-drawing characters; otherwise plain ASCII and whole values.</param>
/// <param name="Width">The width of the terminal, in columns; null where nothing has to fit.</param>
internal sealed record Style(bool IsRich, int? Width)
{
    public static Style Detect() => For(Terminal.IsTerminal, Terminal.Width);

    /// <summary>For standard error.</summary>
    public static Style DetectError() => For(Terminal.ErrorWidth is not null, Terminal.ErrorWidth);

    private static Style For(bool isTerminal, int? width)
    {
        // See no-color.org: set and not empty.
        var isPlain = !isTerminal
            || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") is "dumb" or null or "";
        return isPlain ? new Style(false, null) : new Style(true, width ?? 80);
    }

    public string Paint(string text, Color color) => IsRich && color != Color.None ? $"\e[{(int)color}m{text}\e[0m" : text;
}

/// <summary>The colours that every terminal has, by their SGR numbers.</summary>
internal enum Color
{
    None = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}
