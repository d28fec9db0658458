using System.Buffers;
using Sentinel.Api.Wire;
using Sentinel.Core.Daemon;
using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;
using Sentinel.Tests.Store;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Events;

/// <summary>A snapshot that names a number, and the events after that number, are the state.</summary>
public sealed class EventProofTests : IDisposable
{
    private const int Changes = 10_000;

    private static readonly EnvironmentBlock Environment = new("A=1\0"u8.ToArray());

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(20_260_127);
    private readonly SentinelHome _home;
    private readonly List<Replay> _readers = [];
    private FaultyFiles _files = new();
    private StateStore _daemon = null!;
    private EventFeed _feed = null!;
    private int _lastPid = 100;

    public EventProofTests() => _home = new SentinelHome(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_has_a_snapshot_and_the_events_after_it_knows_the_state_however_often_the_daemon_is_killed()
    {
        BeginDaemon();
        var (quick, slow) = (new Client(Snapshot()), new Client(Snapshot()));
        var deaths = 0;
        for (var changes = 0; changes < Changes; changes++)
        {
            _files.Failure = _random.Next(20) == 0 ? new IOException("no space left on device") : _random.Next(5) == 0 ? null : _files.Failure;
            (_files.IsKilledBefore, _files.IsKilledAfter) = (_random.Next(200) == 0, _random.Next(200) == 0);
            try
            {
                using var transaction = _daemon.Begin();
                transaction.State = Changed(transaction.State);
                transaction.Save();
                if (_random.Next(50) == 0)
                    _daemon.Tell(new Event.LogEmptied(Clock.Start, 1, "p1", "log", 1));
            }
            catch (FaultyFiles.KilledException)
            {
                deaths++;
                LeaveLogInPart();
                BeginDaemon();
            }

            quick.HearFrom(_feed);
            if (_random.Next(500) == 0)
                slow.HearFrom(_feed);
            if (_random.Next(Changes / 20) == 0)
                _readers.Add(new Replay(Snapshot()));
            foreach (var reader in _readers.Where(_ => _random.Next(300) == 0))
                reader.Hear(new EventReader(Another()).AllAfter(reader.UpTo));
        }

        (_files.Failure, _files.IsKilledBefore, _files.IsKilledAfter) = (null, false, false);
        _daemon.SaveUnsaved();
        quick.HearFrom(_feed);
        slow.HearFrom(_feed);
        _readers.ForEach(reader => reader.Hear(new EventReader(Another()).AllAfter(reader.UpTo)));

        var (last, pids) = (Snapshot().LastEvent, Replay.PidsIn(_daemon.Read()));
        Assert.InRange(last, Changes / 2, long.MaxValue);
        Assert.InRange(deaths, 20, Changes);
        Assert.All(_readers.Concat([quick.Knowledge, slow.Knowledge]), client =>
        {
            Assert.Equal(last, client.UpTo);
            Assert.Equal(pids, client.Pids);
        });
        // Rotation keeps the last ones: here, none is missing and none is there twice.
        var numbers = _home.ReadNumbered().Select(happened => happened.Number!.Value).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count).Select(at => last - numbers.Count + 1 + at), numbers);
    }

    private void BeginDaemon()
    {
        _files = new FaultyFiles();
        _daemon = new StateStore(_home, _files, new Clock(), _ => { });
        Assert.True(_daemon.TryHold(_ => { }));
        _feed = new EventFeed(_daemon);
    }

    private StateStore Another() => new(_home, new QuickFiles(), new Clock(), Assert.Fail);

    // What is on the disk: while it cannot be written, a daemon is ahead of what it tells.
    private State Snapshot() => Another().Read();

    // The daemon was killed while it wrote to the log.
    private void LeaveLogInPart()
    {
        if (Snapshot().PendingEvents is not { Count: > 0 } pending || _random.Next(2) == 0)
            return;
        var logged = _home.ReadNumbered().LastOrDefault()?.Number ?? 0;
        var lines = new ArrayBufferWriter<byte>();
        foreach (var happened in pending.Where(happened => happened.Number > logged))
            lines.Write(EventLog.Line(happened));
        using var log = new FileStream(_home.Events, FileMode.Append);
        log.Write(lines.WrittenSpan[.._random.Next(lines.WrittenCount + 1)]);
    }

    private State Changed(State state)
    {
        var id = _random.Next(1, 9);
        if (state.Processes.GetValueOrDefault(id) is not { } record)
            return (state with { NextId = 9 }).With(Environment).With(Sample.Record with
            {
                Id = id,
                Spec = Sample.Record.Spec with { Name = $"p{id}", Environment = Environment.Key },
                Cookie = $"cookie-{id}",
                LogName = $"p{id}",
                State = Run(),
            });
        var ended = record with { LastRun = new EndedRun(record.State.Main?.Pid, Sample.Start, Sample.Start.AddSeconds(++_lastPid), true, new Exit.Code(1)) };
        return (record.State, _random.Next(4)) switch
        {
            (RunState.Running, 0) => state.With(ended with { State = new RunState.Backoff(Sample.Start, Sample.Start) }),
            (RunState.Running, 1) => state.With(ended with { State = Run() }),
            (RunState.Running, 2) => state.With(record with { State = Run() }),
            (RunState.Running running, _) => state.With(record with { State = new RunState.Stopping(Sample.Start, running) }),
            (RunState.Stopping, _) => state.With(ended with { State = new RunState.Stopped(Sample.Start) }),
            (_, 0) => state.Without([id]),
            _ => state.With(record with { State = Run() }),
        };
    }

    private RunState.Running Run() => new(Sample.Start, Sample.Identity with { Pid = ++_lastPid });

    /// <summary>Subscribes, and to the next daemon when that is another.</summary>
    private sealed class Client(State snapshot)
    {
        private EventFeed? _feed;
        private Subscription? _subscription;

        public Replay Knowledge { get; } = new(snapshot);

        public void HearFrom(EventFeed feed)
        {
            if (_feed != feed)
                (_feed, _subscription) = (feed, feed.Subscribe(Knowledge.UpTo, () => { }, out _));
            while (_subscription!.Next() is { } frame)
                Knowledge.Hear([Assert.IsType<Message.Told>(Protocol.Read(frame.AsMemory(Protocol.HeaderBytes))).Notice]);
        }
    }
}
