using Sentinel.Core.Logs;

namespace Sentinel.Core.Checks;

/// <summary>Looks for a line in a log that is read piece by piece.</summary>
public sealed class LineSearch(LogPattern pattern)
{
    // A longer line is looked at in pieces.
    private const int LongestLine = 64 * 1024;

    private readonly MemoryStream _line = new();

    /// <summary>Whether a line that ends in this piece, or its last and not yet complete line, matches.</summary>
    public bool IsIn(ReadOnlySpan<byte> block)
    {
        while (!block.IsEmpty)
        {
            var end = block.IndexOf((byte)'\n');
            _line.Write(end < 0 ? block : block[..end]);
            // A prompt may have no line end.
            if (pattern.EverMatches(_line.GetBuffer().AsMemory(0, (int)_line.Length)))
                return true;
            if (end >= 0 || _line.Length > LongestLine)
                _line.SetLength(0);
            block = end < 0 ? [] : block[(end + 1)..];
        }

        return false;
    }
}
