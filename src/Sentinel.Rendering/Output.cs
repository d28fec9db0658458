using System.Text;
using Sentinel.Linux.Native;

namespace Sentinel.Rendering;

/// <summary>Standard output, buffered; what people or programs read goes here, and nothing else.</summary>
/// <param name="to">Standard output itself.</param>
internal sealed class Output(Stream to) : IDisposable
{
    private static readonly (string, Color)[] Labels = [("Error:", Color.Red), ("Warning:", Color.Yellow)];

    // Enough for most answers; every page of a larger one costs a page fault.
    private const int BufferBytes = 4 * 1024;

    private readonly Stream _stream = new BufferedStream(to, BufferBytes);

    public void Line(string text = "")
    {
        Write(Encoding.UTF8.GetBytes(text));
        _stream.WriteByte((byte)'\n');
    }

    public void Write(ReadOnlyMemory<byte> bytes) => _stream.Write(bytes.Span);

    /// <summary>JSON, and the end of its last line.</summary>
    public void Document(ReadOnlyMemory<byte> json)
    {
        Write(json);
        Line();
    }

    public void Flush() => _stream.Flush();

    public void Dispose() => _stream.Dispose();

    /// <summary>Tells the user something on standard error, at once. It may repeat what they typed; no terminal will obey it.</summary>
    public static void Tell(string text)
    {
        var (style, columns) = (Style.DetectError(), Terminal.ErrorWidth);
        var told = string.Join('\n', text.Split('\n').Select(Text.Printable).SelectMany(line => Text.Wrap(line, columns, indent: 2)));
        foreach (var (label, color) in Labels)
            if (told.StartsWith(label, StringComparison.Ordinal))
                told = style.Paint(label, color) + told[label.Length..];
        StandardStream.Error.Write(Encoding.UTF8.GetBytes(told + "\n"));
    }
}
