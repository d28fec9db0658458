using System.Diagnostics;
using Sentinel.Api;
using Sentinel.Api.Wire;
using Sentinel.Core.Store;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Sockets;
using Sentinel.Model;
using Sentinel.Screen;

namespace Sentinel.Top;

/// <summary>
/// Sees the processes: subscribes to a daemon's events, asks it again when something has happened, and for CPU and memory at its heartbeat,
/// once a second. Where no daemon answers, it reads what is written, when that changes, and looks at the processes itself.
/// </summary>
internal sealed class Sights(EventLoop loop, TopTools tools, PlaceReaders readers)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Soon = TimeSpan.FromMilliseconds(50);

    // To ask takes at most this share of the time, also where there are thousands.
    private const int Share = 4;

    // How often a daemon is looked for that did not answer, in seconds.
    private const int RetryAfter = 5;

    private DaemonCall? _subscription;
    private Inotify? _files;
    private IDisposable? _watch, _tick, _refresh;
    private bool _isAsking, _isSampling, _isToAskAgain, _hadDaemon;
    private int _seconds;
    private long _asked;

    /// <summary>Begins to see.</summary>
    public void Begin() => Connect(silentNote: null);

    /// <summary>Asks a daemon, or answers from here.</summary>
    /// <param name="then">Told what comes of it; null: nothing, for now.</param>
    public void Ask(Query query, Action<Answer?> then)
    {
        query = query with { Asker = tools.Self };
        if (_subscription is not null && Call(new Message.Inquire(query), (reply, _) => then((reply as Message.Answered)?.Answer)))
            return;
        try
        {
            then(tools.Observer.Ask(query).AsTask().GetAwaiter().GetResult());
        }
        catch (Exception e) when (e is IOException or StateException or UnauthorizedAccessException)
        {
            readers.From(new Source(null, e.Message));
            then(null);
        }
    }

    // False: no daemon runs. Until its reply comes, it may say that it is at work.
    private bool Call(Message said, Action<Message?, DaemonCall> then)
    {
        DaemonCall? call = null;
        call = DaemonCall.Begin(loop, tools.Home, said, reply =>
        {
            if (reply is Message.Working)
                return;
            call!.Dispose();
            then(reply, call);
        });
        return call is not null;
    }

    private void Connect(string? silentNote)
    {
        if (!Call(new Message.Hello(), (reply, call) =>
            {
                if (reply is Message.Welcome { Status: var status })
                    Subscribe(status.Pid);
                else
                    Alone(call.IsSilent ? "the daemon does not answer" : reply is Message.Refused refused ? refused.Why : null);
            }))
            Alone(silentNote);
    }

    private void Subscribe(int pid)
    {
        if (!Call(new Message.Inquire(new Query.Events(Event.HighestNumber)), (reply, _) =>
            {
                if (reply is Message.Answered { Answer: Answer.Events { Last: var last } })
                    Subscribe(pid, last);
                else
                    Alone(null);
            }))
            Alone(null);
    }

    private void Subscribe(int pid, long after)
    {
        DaemonCall? subscription = null;
        subscription = DaemonCall.Begin(loop, tools.Home, new Message.Subscribe(after), message =>
        {
            switch (message)
            {
                case Message.Told:
                    readers.Happened();
                    RefreshSoon();
                    break;
                case Message.Working:
                    Sample();
                    break;
                default:
                    subscription!.Dispose();
                    _subscription = null;
                    Alone(message is Message.Refused refused ? refused.Why : subscription.IsSilent ? "the daemon does not answer" : null);
                    break;
            }
        });
        if (subscription is null)
        {
            Alone(null);
            return;
        }

        (_subscription, _hadDaemon) = (subscription, true);
        StopWatching();
        readers.From(new Source(pid));
        Refresh();
    }

    // What is written changes when it is replaced, and a daemon that begins makes its socket, in the same folder.
    private void Alone(string? note)
    {
        readers.From(new Source(null, note ?? (_hadDaemon ? "daemon gone; shows what is written" : null)));
        if (_files is null)
        {
            _files = new Inotify();
            _files.Add(tools.Home.Folder);
            _watch = _files.On(loop, Changed);
            _tick = loop.After(Second, Tick);
        }

        Refresh();
    }

    private void StopWatching()
    {
        _watch?.Dispose();
        _tick?.Dispose();
        _files?.Dispose();
        (_files, _watch, _tick) = (null, null, null);
    }

    private void Changed()
    {
        if (File.Exists(tools.Home.Socket) && _refresh is null)
            Connect(silentNote: null);
        else
            RefreshSoon();
    }

    private void Tick()
    {
        if (_files is null)
            return;
        _tick = loop.After(Second, Tick);
        // The folder may be made only now.
        _files.Add(tools.Home.Folder);
        if (++_seconds % RetryAfter == 0 && File.Exists(tools.Home.Socket))
            Connect(silentNote: "the daemon does not answer");
        else
            Sample();
    }

    private void RefreshSoon()
    {
        if (_isAsking)
            _isToAskAgain = true;
        else
            _refresh ??= loop.After(Soon, Refresh);
    }

    /// <summary>Looks at all of it again.</summary>
    public void Refresh()
    {
        _refresh?.Dispose();
        _refresh = null;
        if (_isAsking)
        {
            _isToAskAgain = true;
            return;
        }

        (_isAsking, _isToAskAgain, _asked) = (true, false, Stopwatch.GetTimestamp());
        Ask(new Query.Summaries(tools.Selection), answer =>
        {
            _isAsking = false;
            if (answer is Answer.Summaries { All: var all })
                readers.Seen(all);
            if (_isToAskAgain)
                _refresh ??= loop.After(TimeSpan.FromTicks(Math.Max(Soon.Ticks, (Share - 1) * Stopwatch.GetElapsedTime(_asked).Ticks)), Refresh);
        });
    }

    private void Sample()
    {
        if (_isSampling || _isAsking || readers.Wanted() is not { } names)
            return;
        _isSampling = true;
        Ask(new Query.Summaries(names.Count == 0 ? tools.Selection : new Selection.Named(names)), answer =>
        {
            _isSampling = false;
            if (answer is Answer.Summaries { All: var all })
                readers.Sampled(all, names.Count > 0);
        });
    }
}
