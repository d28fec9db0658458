using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Core.Logs;
using Sentinel.Hosts;
using Sentinel.Linux.Loop;
using Sentinel.Screen;

namespace Sentinel.Top;

/// <summary>The last lines of some logs of other machines, in order of time. They are asked for once a second while the end is shown.</summary>
/// <param name="ask">Has a command carried out on a machine, which it gets by its label.</param>
internal sealed class HostLogs(EventLoop loop, Func<string, IReadOnlyList<string>, Task<HostAnswer>> ask, Action<LogSight, int?> show, Action<string> tell) : ILogWindow
{
    // Of all processes together, and of each at least.
    private const int MostLines = 1000, FewestLines = 20;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly List<DateTimeOffset> _marks = [];
    private IReadOnlyList<LogRow> _all = [], _shown = [];
    private LogSight _sight = new([]);
    private IDisposable? _tick;
    private string? _note;
    private string _find = "";
    private int _start, _rows, _opened;

    public void Open(Pane pane, int rows)
    {
        Close();
        _marks.Clear();
        (_all, _note, _start) = ([], "Asking...", 0);
        Move(pane, new LogMove.ToEnd(), rows);
        _ = Read(pane, _opened);
    }

    public void Move(Pane pane, LogMove move, int rows)
    {
        var chosen = _shown.ElementAtOrDefault(_start + pane.At);
        (_sight, _find, _rows) = (pane.Logs ?? new LogSight([]), pane.Find, Math.Max(1, rows));
        var pattern = LogWindow.PatternOf(pane.Find);
        _shown = _sight.IsFiltered && pattern is not null ? [.. _all.Where(row => Matches(row, pattern))] : _all;
        switch (move)
        {
            case LogMove.ToStart:
                Show(0, 0);
                break;
            case LogMove.By { Lines: var lines }:
                Show(_start + lines, lines > 0 ? _rows - 1 : 0);
                break;
            case LogMove.Stay when !_sight.IsFollowing:
                Show(_start, null);
                break;
            case LogMove.Match { IsLater: var isLater } when pattern is not null:
                var at = _shown.ToList().FindIndex(row => ReferenceEquals(row, chosen));
                var step = isLater ? 1 : -1;
                for (at += step; at >= 0 && at < _shown.Count && !Matches(_shown[at], pattern); at += step)
                {
                }

                if (at < 0 || at >= _shown.Count)
                    tell($"'{pane.Find}' is not {(isLater ? "below" : "above")}, in the last lines");
                else
                    Show(at - (_rows / 2), null, at);
                break;
            default:
                Show(int.MaxValue, null);
                break;
        }
    }

    public void Mark()
    {
        _marks.Add(DateTimeOffset.Now);
        _all = [.. _all, RowOf(_marks[^1])];
        (_shown, var start) = (_sight.IsFiltered ? _shown : _all, _sight.IsFollowing ? int.MaxValue : _start);
        Show(start, null);
    }

    public void Close()
    {
        _opened++;
        _tick?.Dispose();
        _tick = null;
    }

    private void Show(int start, int? chosen, int? at = null)
    {
        _start = Math.Clamp(start, 0, Math.Max(0, _shown.Count - _rows));
        show(
            _sight with { Rows = [.. _shown.Skip(_start).Take(_rows)], Share = _shown.Count == 0 ? null : (double)_start / _shown.Count, Note = _note },
            at is { } line ? line - _start : chosen);
    }

    private async Task Read(Pane pane, int opened)
    {
        var most = Math.Max(FewestLines, MostLines / Math.Max(1, pane.Subjects.Count)).ToString(CultureInfo.InvariantCulture);
        var asked = pane.Subjects.Where(subject => subject.Host is not null).GroupBy(subject => subject.Host!).ToList();
        var answers = await Task.WhenAll(asked.Select(there => ask(there.Key, ["logs", .. there.Select(subject => subject.Name), "--json", "--lines", most])));
        loop.Post(() =>
        {
            if (opened != _opened)
                return;
            // What somebody reads stays where it is.
            if (_sight.IsFollowing)
            {
                _note = asked.Count == 0 ? "Nothing is chosen" : string.Join("; ", answers.Where(answer => answer.Why is not null).Select(answer => $"{answer.Host.Label}: {answer.Why}")) is { Length: > 0 } why ? why : null;
                _all = InOrder(answers, pane.Subjects.Count == 1);
                Move(pane with { Logs = _sight, Find = _find }, new LogMove.ToEnd(), _rows);
            }

            _tick = loop.After(Second, () => _ = Read(pane, opened));
        });
    }

    // A line without a time is as old as the one before it.
    private List<LogRow> InOrder(IEnumerable<HostAnswer> answers, bool isOne)
    {
        var rows = new List<(DateTimeOffset Time, LogRow Row)>();
        foreach (var answer in answers)
        {
            var last = DateTimeOffset.MinValue;
            foreach (var line in Encoding.UTF8.GetString(answer.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                if (RowOf(line, answer.Host.Label, isOne) is { } row)
                    rows.Add((last = row.Time ?? last, row));
        }

        rows.AddRange(_marks.Select(mark => (mark, RowOf(mark))));
        return [.. rows.OrderBy(row => row.Time).Select(row => row.Row)];
    }

    private static LogRow RowOf(DateTimeOffset mark) => new(null, false, mark, $"{mark:HH:mm:ss}", IsMark: true);

    private static LogRow? RowOf(string line, string host, bool isOne)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            if (!json.TryGetProperty("text", out var text))
                return null;
            var time = json.GetProperty("time") is { ValueKind: JsonValueKind.String } known ? known.GetDateTimeOffset() : (DateTimeOffset?)null;
            return new LogRow(isOne ? null : $"{host} {json.GetProperty("process").GetString()}", json.GetProperty("stream").GetString() == "stderr", time, LogRows.TextOf(Encoding.UTF8.GetBytes(text.GetString()!)));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // One of a newer sentinel, which says it otherwise.
            return null;
        }
    }

    private static bool Matches(LogRow row, LogPattern pattern) => !row.IsMark && pattern.IsMatch(Encoding.UTF8.GetBytes(row.Text));
}
