namespace Sentinel.Core.Logs;

/// <summary>Assembles whole lines from pieces.</summary>
/// <param name="position">Where the first line begins.</param>
public sealed class LineAssembler(long position)
{
    private readonly MemoryStream _unfinished = new();

    public IEnumerable<LogLine> Add(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            _unfinished.Write((end < 0 ? bytes : bytes[..end]).Span);
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (end < 0)
                yield break;
            var length = (int)_unfinished.Length;
            yield return new LogLine(position, _unfinished.GetBuffer().AsMemory(0, length));
            position += length + 1;
            _unfinished.SetLength(0);
        }
    }
}
