using System.Text;
using Sentinel.Linux;

namespace Sentinel.Rendering;

/// <summary>Standard output, buffered; what is read by people or programs goes here and nothing else does.</summary>
/// <param name="to">Standard output itself.</param>
internal sealed class Output(Stream to) : IDisposable
{
    private readonly Stream _stream = new BufferedStream(to, 64 * 1024);

    public void Line(string text = "")
    {
        Write(Encoding.UTF8.GetBytes(text));
        _stream.WriteByte((byte)'\n');
    }

    public void Write(ReadOnlyMemory<byte> bytes) => _stream.Write(bytes.Span);

    public void Flush() => _stream.Flush();

    public void Dispose() => _stream.Dispose();

    /// <summary>Tells the user something on standard error, at once.</summary>
    public static void Tell(string text)
    {
        var lines = Terminal.ErrorWidth is { } columns ? text.Split('\n').SelectMany(line => Text.Wrap(line, columns, indent: 2)) : [text];
        StandardStream.Error.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
    }
}
