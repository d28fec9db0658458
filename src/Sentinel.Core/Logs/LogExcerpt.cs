namespace Sentinel.Core.Logs;

/// <summary>Picks from successive lines those that match, and those around them.</summary>
/// <param name="pattern">Null: all match.</param>
/// <param name="before">How many lines before each match.</param>
/// <param name="after">How many lines after each match.</param>
public sealed class LogExcerpt(LogPattern? pattern, int before, int after)
{
    private readonly Queue<LogLine> _before = new();
    private int _after;
    private bool _isAnyPassedOver;
    private bool _isAnyShown;

    /// <summary>If not null, lines that do not match it need not be given.</summary>
    public LogPattern? Filter => before == 0 && after == 0 ? pattern : null;

    /// <summary>Takes the next line and returns what to show by now; null stands for lines that were left out in between.</summary>
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
