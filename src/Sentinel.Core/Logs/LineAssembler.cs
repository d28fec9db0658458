namespace Sentinel.Core.Logs;

/// <summary>Assembles whole lines from pieces of a log.</summary>
public sealed class LineAssembler
{
    private readonly MemoryStream _unfinished = new();
    private long _position;

    /// <summary>The line that has no end yet; null: there is none.</summary>
    public LogLine? Unfinished => _unfinished.Length > 0 ? Line : null;

    private LogLine Line => new(_position, _unfinished.GetBuffer().AsMemory(0, (int)_unfinished.Length));

    /// <param name="position">Where the piece begins: if it does not go on where the last one ended, neither does the line.</param>
    public IEnumerable<LogLine> Add(long position, ReadOnlyMemory<byte> bytes)
    {
        if (Unfinished is { } lost && position != lost.Position + lost.Text.Length)
        {
            yield return lost;
            _unfinished.SetLength(0);
        }

        while (!bytes.IsEmpty)
        {
            if (_unfinished.Length == 0)
                _position = position;
            var end = bytes.Span.IndexOf((byte)'\n');
            _unfinished.Write((end < 0 ? bytes : bytes[..end]).Span);
            if (end < 0)
                yield break;
            position += end + 1;
            bytes = bytes[(end + 1)..];
            yield return Line;
            _unfinished.SetLength(0);
        }
    }
}
