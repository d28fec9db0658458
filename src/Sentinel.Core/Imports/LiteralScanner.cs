using System.Globalization;
using System.Text;

namespace Sentinel.Core.Imports;

/// <summary>The texts, numbers and words of JSON and JavaScript, and what may stand between them.</summary>
internal abstract class LiteralScanner(string file, string text, bool isCode, bool isPrinted)
{
    private int _line = 1;
    private int _lineBegin;

    protected string Source => text;

    /// <summary>Whether it is JavaScript.</summary>
    protected bool IsCode => isCode;

    /// <summary>The next character.</summary>
    protected int At { get; set; }

    protected string Text()
    {
        var quote = Source[At++];
        var text = new StringBuilder();
        for (; At < Source.Length && Source[At] != quote; At++)
        {
            var c = Source[At];
            if (c == '\n')
            {
                if (quote != '`')
                    break;
                EndLine();
            }

            if (quote == '`' && c == '$' && At + 1 < Source.Length && Source[At + 1] == '{')
                throw Refusal("this is computed, not written out");
            text.Append(c == '\\' ? Escape() : c.ToString());
        }

        if (At == Source.Length || Source[At] != quote)
            throw Refusal($"a {quote} that begins a text is not closed");
        At++;
        return text.ToString();
    }

    private string Escape()
    {
        if (++At == Source.Length)
            throw Refusal("the file ends within a text");
        switch (Source[At])
        {
            case 'n':
                return "\n";
            case 't':
                return "\t";
            case 'r':
                return "\r";
            case 'b':
                return "\b";
            case 'f':
                return "\f";
            case 'v':
                return "\v";
            case '0':
                return "\0";
            case '\n':
                EndLine();
                return "";
            case 'x':
                return Character(2);
            case 'u':
                return Character(4);
            default:
                return Source[At].ToString();
        }
    }

    private string Character(int digits)
    {
        if (At + digits >= Source.Length || !ushort.TryParse(Source.AsSpan(At + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Refusal($"{digits} hexadecimal digits were expected here");
        At += digits;
        return ((char)code).ToString();
    }

    protected string Number()
    {
        var begin = At++;
        while (At < Source.Length && (char.IsAsciiLetterOrDigit(Source[At]) || Source[At] is '.' or '_' || (Source[At] is '+' or '-' && Source[At - 1] is 'e' or 'E')))
            At++;
        var text = Source[begin..At].Replace("_", "");
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            return hex.ToString(CultureInfo.InvariantCulture);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return number == Math.Floor(number) && Math.Abs(number) < 1e15 ? ((long)number).ToString(CultureInfo.InvariantCulture) : text;
        At = begin;
        throw Refusal("this is not a number");
    }

    // Names with dots between them.
    protected string Path()
    {
        var path = Word();
        while (path.Length > 0 && At < Source.Length && Source[At] == '.')
        {
            At++;
            path += $".{Word()}";
        }

        return path;
    }

    protected string Word()
    {
        Skip();
        var begin = At;
        while (At < Source.Length && (char.IsLetterOrDigit(Source[At]) || Source[At] is '_' or '$'))
            At++;
        return Source[begin..At];
    }

    protected bool Takes(char sign)
    {
        Skip();
        if (At == Source.Length || Source[At] != sign)
            return false;
        At++;
        return true;
    }

    protected void Skip()
    {
        for (; At < Source.Length; At++)
        {
            if (Source[At] == '\n')
                EndLine();
            else if (char.IsWhiteSpace(Source[At]) || Source[At] == '\ufeff')
                continue;
            else if (Source.AsSpan(At).StartsWith("//"))
                At = (Source.IndexOf('\n', At) is >= 0 and var end ? end : Source.Length) - 1;
            else if (Source.AsSpan(At).StartsWith("/*"))
                Comment();
            else
                return;
        }
    }

    private void Comment()
    {
        var end = Source.IndexOf("*/", At + 2, StringComparison.Ordinal);
        if (end < 0)
            throw Refusal("a comment is not closed");
        for (; At < end; At++)
            if (Source[At] == '\n')
                EndLine();
        At = end + 1;
    }

    private void EndLine() => (_line, _lineBegin) = (_line + 1, At + 1);

    protected Place Here() => isPrinted ? new Place(file, 0, 0) : new Place(file, _line, At - _lineBegin + 1);

    protected ImportException Refusal(string why) =>
        new(Here(), why + (IsCode ? "; --run-js lets node print what the file comes to" : ""));
}
