using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Core.Store;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Wiring;

namespace Sentinel.Commands;

/// <summary>Checks processes where no daemon does, and ends those that are not ready in time, while a command waits for them.</summary>
internal sealed class Asking : IDisposable
{
    // How often to look at the pid file while it is expected to name another process.
    private static readonly TimeSpan HandoverPause = TimeSpan.FromMilliseconds(20);

    private readonly Session _session;
    private readonly Func<int, bool> _isAsked;
    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly Modifications _modifications;
    private readonly Inotify _watch = new();
    private readonly HealthKeeper _keeper;
    private Action _look = () => { };
    private Exception? _failure;

    /// <param name="isAsked">Which processes to check, by id, including those started from now on.</param>
    public Asking(Session session, Func<int, bool> isAsked)
    {
        (_session, _isAsked) = (session, isAsked);
        _modifications = new Modifications(_loop);
        var probes = new Probes(_loop, new Errands(_loop, new Spawner(session.Table), session.Table), session.Table);
        _keeper = Parts.Health(session.Store, session.Table, session.Supervisor, _loop, probes, _modifications, Note, session.Warn);
        session.Store.Saved = Changed;
    }

    /// <summary>Checks until <paramref name="left"/> says that no time is left, or until a daemon takes over.</summary>
    /// <param name="process">The process to wait for; it has a run.</param>
    /// <param name="left">Called whenever something has changed; null: there is no deadline until something changes.</param>
    public void Await(ProcessRecord process, Func<TimeSpan?> left)
    {
        _watch.Add(_session.Home.Folder);
        ProcessIdentity? watched = null;
        IProcessHandle? main = null;
        IDisposable? ended = null;
        IDisposable? timer = null;
        Watch(process.State.Main!);
        _look = Look;
        using (_watch.On(_loop, () => Changed(_session.Store.Read())))
        {
            _loop.After(TimeSpan.Zero, () => Changed(_session.Store.Read()));
            _loop.Run(e => _session.Warn(e.Message));
        }

        timer?.Dispose();
        Unwatch();
        _look = () => { };
        if (_failure is { } failure)
            throw failure;

        void Watch(ProcessIdentity identity)
        {
            Unwatch();
            (watched, main) = (identity, new ProcessHandles(_session.Table).Open(identity));
            ended = main is { } handle
                ? _loop.WhenEnded(handle, () => Ended(identity, handle.HowEnded().How))
                : _loop.After(TimeSpan.Zero, () => Ended(identity, new Exit.Unknown("it had ended before anyone looked")));
        }

        void Unwatch()
        {
            ended?.Dispose();
            main?.Dispose();
            (watched, main, ended) = (null, null, null);
        }

        void Ended(ProcessIdentity identity, Exit how) => Note(process.Id, identity, new ProcessEvent.Ended(how, Witnessed: how is not Exit.Unknown));

        void Look()
        {
            timer?.Dispose();
            var time = left();
            if (time <= TimeSpan.Zero)
                _loop.Stop();
            else if (_session.Store.Read().Processes.GetValueOrDefault(process.Id)?.State is RunState.Running { Handover: not null })
                timer = _loop.After(HandoverPause, () => Try(() => _session.Supervisor.FollowHandovers().AsTask().GetAwaiter().GetResult()));
            else if (_session.Store.Read().Processes.GetValueOrDefault(process.Id)?.State is RunState.Running run && run.Identity != watched)
            {
                Watch(run.Identity);
                timer = _loop.After(TimeSpan.Zero, Look);
            }
            else if (time is { } later)
                timer = _loop.After(later, Look);
        }
    }

    public void Dispose()
    {
        _session.Store.Saved = null;
        _keeper.Dispose();
        _modifications.Dispose();
        _watch.Dispose();
        _loop.Dispose();
    }

    private void Changed(State state)
    {
        _keeper.Changed(state with { Processes = state.Processes.RemoveRange(state.Processes.Keys.Where(id => !_isAsked(id))) });
        _look();
    }

    private void Note(ProcessRecord record, ProcessEvent happened) => Note(record.Id, record.State.Main!, happened);

    // Nothing is left to await: here, whatever takes time blocks.
    private void Note(int id, ProcessIdentity main, ProcessEvent happened) =>
        Try(() => _session.Supervisor.Note(id, main, happened).AsTask().GetAwaiter().GetResult());

    private void Try(Action work)
    {
        try
        {
            work();
            _look();
        }
        catch (LockKeptException)
        {
            // A daemon has started: it finds out the same.
            _loop.Stop();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException or StateException)
        {
            _failure = e;
            _loop.Stop();
        }
    }
}
