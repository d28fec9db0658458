using Sentinel.Core.Watches;

namespace Sentinel.Core.Keepers;

/// <summary>The files that some processes depend on, and the moment at which a change of them is over.</summary>
internal sealed class WatchedTree : IDisposable
{
    // How often to look whether git is still at work.
    private static readonly TimeSpan BusyInterval = TimeSpan.FromMilliseconds(200);

    // How often to look at what cannot be watched.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    // So many files are read at once; then others have their turn.
    private const int FilesAtOnce = 200;

    private readonly WatchTools _tools;
    private readonly WatchScope _scope;
    private readonly FileTree _files;
    private Gathering? _gathering;
    private DateTimeOffset _first;
    private DateTimeOffset _last;
    private IDisposable? _timer;
    private IDisposable? _reading;
    private IDisposable? _polling;

    public WatchedTree(WatchTools tools, WatchScope scope)
    {
        (_tools, _scope) = (tools, scope);
        _files = new FileTree(scope, tools.Folders, tools.Files, Touched);
        _files.Arm();
        ReadOn();
        PollOn();
    }

    /// <summary>Those that depend on them.</summary>
    public List<WatchedProcess> Processes { get; } = [];

    /// <summary>Why they are looked at again and again; null: they are watched.</summary>
    public string? WhyPolled => _files.WhyPolled;

    public void Dispose()
    {
        _timer?.Dispose();
        _reading?.Dispose();
        _polling?.Dispose();
        _files.Dispose();
    }

    private void Touched()
    {
        var now = _tools.Time.GetUtcNow();
        if (_gathering is null)
            _first = now;
        _gathering = _gathering?.With(now) ?? Gathering.From(now);
        _last = now;
        _timer ??= _tools.Loop.After(Gathering.Quiet, Look);
    }

    private void Look()
    {
        _timer = null;
        if (_gathering is not { } gathering)
            return;
        var now = _tools.Time.GetUtcNow();
        if (gathering.Left(now) is var left && left > TimeSpan.Zero)
            _timer = _tools.Loop.After(left, Look);
        else if (_scope.Targets.Any(target => Repository.IsBusy(target.Base, _tools.Files)))
        {
            // When git is done, it is over once it was quiet for a moment.
            _gathering = Gathering.From(now);
            _timer = _tools.Loop.After(BusyInterval, Look);
        }
        else
            Take();
    }

    private void Take()
    {
        _gathering = null;
        var changed = _files.TakeChanges();
        ReadOn();
        PollOn();
        if (changed.Count == 0)
            return;
        string[] shown = [.. changed.Select(_scope.Shown)];
        foreach (var process in Processes.ToList())
            process.Changed(shown, _first, _last);
    }

    // All of it at once would keep others waiting.
    private void ReadOn()
    {
        _reading = null;
        _files.ReadSome(FilesAtOnce);
        if (_files.IsAnyUnread)
            _reading = _tools.Loop.After(TimeSpan.FromMilliseconds(1), ReadOn);
    }

    private void PollOn()
    {
        if (WhyPolled is null || _polling is not null)
            return;
        foreach (var process in Processes.ToList())
            process.NoteTrouble();
        _polling = _tools.Loop.After(PollInterval, Poll);
    }

    private void Poll()
    {
        _polling = null;
        _files.LookAgain();
        PollOn();
    }
}
