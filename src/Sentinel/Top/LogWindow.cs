using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;
using Sentinel.Model.Policy;
using Sentinel.Screen;

namespace Sentinel.Top;

/// <summary>
/// The part of some logs that the screen shows: as many lines as it has rows, read by their positions, however long the logs and their
/// backups are. A search goes on in steps, so that keys are heard meanwhile.
/// </summary>
/// <param name="show">Shows lines; with the number of the one that is to be chosen, if there is such a one.</param>
/// <param name="tell">Tells the user something.</param>
internal sealed class LogWindow(EventLoop loop, TopTools tools, Action<LogSight, int?> show, Action<string> tell) : ILogWindow
{
    // More would take too many descriptors: those that were written to last are shown.
    private const int MostProcesses = 100;

    // Lines that are found at once in what is new.
    private const int MostNew = 10_000;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(30), Rest = TimeSpan.FromMilliseconds(60);

    private readonly LogFiles _files = new();
    private readonly List<(LogCursor At, DateTimeOffset Time)> _marks = [];
    private IReadOnlyList<(LogFile Log, ProcessRecord Process)> _logs = [];
    private string? _note;
    private Inotify? _changes;
    private IDisposable? _watch, _resting;
    private LogSight _sight = new([]);
    private string _find = "";
    private int _rows;
    private double? _share;

    // What is shown, and where it begins; null: nothing yet.
    private LogCursor? _start;
    private List<ReadLine> _lines = [];

    // Up to where all was searched, while what is found is followed; null: the search has not come that far.
    private LogCursor? _searched;

    // The search that is under way: a newer one ends it.
    private int _search;

    public void Open(Pane pane, int rows)
    {
        Close();
        _marks.Clear();
        var (found, _) = new Selection.Named(pane.Names).In(tools.Store.Read(), _ => true);
        _note = found.Count == 0 ? "Nothing is chosen" : null;
        if (found.Count > MostProcesses)
        {
            found = [.. found.OrderByDescending(record => LogFile.Of(record, tools.Home).Max(log => File.GetLastWriteTimeUtc(log.Path))).Take(MostProcesses)];
            tell($"The {MostProcesses} logs that were written to last");
        }

        _logs = [.. found.SelectMany(record => LogFile.Of(record, tools.Home).Select(log => (log, record)))];
        Move(pane, new LogMove.ToEnd(), rows);
        _changes = new Inotify();
        Watch();
    }

    public void Move(Pane pane, LogMove move, int rows)
    {
        (_sight, _find, _rows) = (pane.Logs ?? new LogSight([]), pane.Find, Math.Max(1, rows));
        var filter = _sight.IsFiltered ? PatternOf(_find) : null;
        Try(() => Move(pane, move, filter));
    }

    public void Mark()
    {
        Try(() =>
        {
            using var parts = Parts();
            _marks.Add((parts.At(1), DateTimeOffset.Now));
        });
        Show(null);
    }

    public void Close()
    {
        _search++;
        _watch?.Dispose();
        _resting?.Dispose();
        _changes?.Dispose();
        (_changes, _watch, _resting, _start, _searched, _lines) = (null, null, null, null, null, []);
    }

    private void Move(Pane pane, LogMove move, LogPattern? filter)
    {
        switch (move)
        {
            case LogMove.ToStart:
                using (var parts = Parts())
                    Later(parts.At(0), _rows, filter);
                break;
            case LogMove.Stay when !_sight.IsFollowing && _start is { } start:
                Later(start, _rows, filter);
                break;
            case LogMove.By { Lines: > 0 and var lines } when _start is { } start:
                // At the end, the last lines.
                Gather(start, isLater: true, lines + _rows, filter, page =>
                {
                    if (page.Lines.Count < lines + _rows)
                        ToEnd(filter, chosen: _rows - 1);
                    else
                        Show(CursorAt(page, lines), page.Lines[lines..], chosen: _rows - 1);
                });
                break;
            case LogMove.By { Lines: < 0 and var lines } when _start is { } start:
                Gather(start, isLater: false, -lines, filter, page => Later(page.Before, _rows, filter));
                break;
            case LogMove.Match { IsLater: var isLater } when _start is { } start && _lines.Count > 0 && PatternOf(_find) is { } pattern:
                var at = Math.Clamp(pane.At, 0, _lines.Count - 1);
                var from = CursorAt(new Gathered(_lines, start, start), isLater ? at + 1 : at);
                Gather(from, isLater, 1, pattern, page =>
                {
                    if (page.Lines.Count > 0)
                        Around(page.Lines[0]);
                    else
                        tell($"'{_find}' is not {(isLater ? "below" : "above")}");
                });
                break;
            default:
                ToEnd(filter, chosen: null);
                break;
        }
    }

    private void ToEnd(LogPattern? filter, int? chosen)
    {
        _searched = null;
        Gather(null, isLater: false, _rows, filter, page =>
        {
            _searched = page.After;
            Show(page.Before, page.Lines, chosen);
        });
    }

    // What was found stays: only what is new is searched.
    private void Further(LogCursor from, LogPattern filter) => Gather(from, isLater: true, MostNew, filter, page =>
    {
        _searched = page.After;
        var (all, before) = ((List<ReadLine>)[.. _lines, .. page.Lines], _start ?? from);
        var left = Math.Max(0, all.Count - _rows);
        Show(CursorAt(new Gathered(all, before, page.After), left), all[left..], chosen: null);
    });

    private void Later(LogCursor from, int count, LogPattern? filter) => Gather(from, isLater: true, count, filter, page => Show(from, page.Lines, chosen: 0));

    // A line with those before and after it, of all logs.
    private void Around(ReadLine line)
    {
        using var parts = Parts();
        if (line.Time is { } time)
            parts.Limit(since: null, until: time);
        var upTo = parts.At(1);
        upTo.Set(line.Process.Id, line.Log.Stream, line.End);
        Gather(upTo, isLater: false, (_rows / 2) + 1, pattern: null, before => Gather(before.Before, isLater: true, _rows, pattern: null, page =>
            Show(before.Before, page.Lines, Math.Max(0, page.Lines.FindIndex(found => found.Log == line.Log && found.Position == line.Position)))));
    }

    /// <param name="Before">Where the lines begin.</param>
    /// <param name="After">Up to where all was looked at.</param>
    private sealed record Gathered(List<ReadLine> Lines, LogCursor Before, LogCursor After);

    private void Gather(LogCursor? from, bool isLater, int count, LogPattern? pattern, Action<Gathered> done)
    {
        var search = ++_search;
        var (all, at, last) = (new List<ReadLine>(), from, (LogCursor?)null);
        Next();

        void Next()
        {
            if (search != _search)
                return;
            Try(() =>
            {
                using var parts = Parts();
                var page = isLater ? parts.Next(at!, count - all.Count, pattern) : parts.Previous(at, count - all.Count, pattern);
                all.InsertRange(isLater ? all.Count : 0, page.Lines);
                at = isLater ? page.After : page.Before;
                last = isLater ? page.After : last ?? page.After;
                if (pattern is null || all.Count >= count || (isLater ? parts.IsEnd(at) : parts.IsStart(at)))
                {
                    // About where the lines begin: to open the logs again for a closer figure is not worth it.
                    _share = parts.ShareOf(isLater ? from! : at);
                    done(new Gathered(all, isLater ? from! : at, last));
                    return;
                }

                show(_sight with { Rows = RowsOf(isLater ? all.Take(_rows) : all), Share = null, Note = $"Searching, at {parts.ShareOf(at).ToString("0%", CultureInfo.InvariantCulture)}" }, null);
                loop.After(TimeSpan.Zero, Next);
            });
        }
    }

    // The place before the line of that number.
    private static LogCursor CursorAt(Gathered page, int line)
    {
        var cursor = page.Before.Copy();
        foreach (var read in page.Lines.Take(line))
            cursor.Set(read.Process.Id, read.Log.Stream, read.End);
        return cursor;
    }

    private void Show(LogCursor start, List<ReadLine> lines, int? chosen)
    {
        (_start, _lines) = (start, lines);
        Show(chosen);
    }

    private void Show(int? chosen) => show(_sight with { Rows = RowsOf(_lines), Share = _share, Note = _note }, chosen);

    private List<LogRow> RowsOf(IEnumerable<ReadLine> lines) => LogRows.Of(lines, _marks, isOne: _logs.DistinctBy(log => log.Process.Id).Count() == 1, _sight.IsFollowing);

    private LogParts Parts() => new(_logs, _files, Step);

    /// <summary>What is looked for: capitals only where some are typed, and what is no expression is text.</summary>
    public static LogPattern? PatternOf(string text)
    {
        if (text.Length == 0)
            return null;
        var options = text.Any(char.IsUpper) ? "" : "(?i)";
        try
        {
            return new LogPattern(options + text);
        }
        catch (FormatException)
        {
            return new LogPattern(options + Regex.Escape(text));
        }
    }

    private void Watch()
    {
        if (_changes is not { } changes)
            return;
        foreach (var folder in _logs.Select(log => Path.GetDirectoryName(log.Log.Path)!).Distinct())
            changes.Add(folder);
        // A file may be another one by now; one that is watched already stays so.
        foreach (var (log, _) in _logs)
            changes.Add(log.Path);
        _watch = changes.On(loop, Changed);
    }

    // However fast it is written, the end is read a few times a second.
    private void Changed()
    {
        _watch?.Dispose();
        _resting?.Dispose();
        _resting = loop.After(Rest, () =>
        {
            _resting = null;
            if (_sight.IsFollowing)
                Try(Follow);
            Watch();
        });
    }

    private void Follow()
    {
        if (!_sight.IsFiltered || PatternOf(_find) is not { } filter)
            ToEnd(filter: null, chosen: null);
        else if (_searched is { } end)
            Further(end, filter);
    }

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StateException)
        {
            show(_sight with { Rows = [], Note = e.Message }, null);
        }
    }
}
