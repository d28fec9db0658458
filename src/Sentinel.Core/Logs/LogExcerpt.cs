namespace Sentinel.Core.Logs;

/// <summary>Of lines that come one after another those that match, and those around them.</summary>
/// <param name="pattern">Null: all match.</param>
/// <param name="before">How many lines before each.</param>
/// <param name="after">How many lines after each.</param>
public sealed class LogExcerpt(LogPattern? pattern, int before, int after)
{
    private readonly Queue<LogLine> _before = new();
    private int _after;
    private bool _isAnyPassedOver;
    private bool _isAnyShown;

    /// <summary>Whether lines that do not match need not be given.</summary>
    public LogPattern? Filter => before == 0 && after == 0 ? pattern : null;

    /// <summary>Takes the next line, and gives what is to be shown by now; null where lines between were left out.</summary>
    public IEnumerable<LogLine?> Next(LogLine line)
    {
        if (pattern is null || pattern.IsMatch(line.Text))
        {
            if (_isAnyPassedOver && _isAnyShown && (before > 0 || after > 0))
                yield return null;
            while (_before.TryDequeue(out var earlier))
                yield return earlier;
            yield return line;
            (_after, _isAnyPassedOver, _isAnyShown) = (after, false, true);
        }
        else if (_after > 0)
        {
            _after--;
            yield return line;
        }
        else if (before > 0)
        {
            if (_before.Count == before)
            {
                _before.Dequeue();
                _isAnyPassedOver = true;
            }

            _before.Enqueue(line with { Text = line.Text.ToArray() });
        }
        else
        {
            _isAnyPassedOver = true;
        }
    }
}
