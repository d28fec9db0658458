using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Daemon;

/// <summary>Starts by need, and stops when nobody does, with a clock that is the test's.</summary>
public sealed class DemandKeeperTests : IDisposable
{
    private static readonly HashSet<string> Nobody = [];

    private readonly Machine _machine = new();
    private readonly MadeUpLoop _loop;
    private readonly DemandKeeper _keeper;
    private readonly List<string> _done = [];
    private readonly List<Action> _connect = [];
    private Connections _connections = new(false, Nobody);
    private string? _taken;
    private ProcessRecord _record;

    public DemandKeeperTests()
    {
        _loop = new MadeUpLoop(_machine);
        _keeper = new DemandKeeper(new DemandTools(
            _loop, _machine.Clock, Open, WhenConnected, _ => _connections, id => _done.Add($"start {id}"), ids => _done.Add($"stop {string.Join(' ', ids)}"), _done.Add));
        _record = Sample.Record with
        {
            Spec = Sample.Record.Spec with { Sockets = [ListenSocket.Parse("*:80")], OnDemand = true, IdleTimeout = TimeSpan.FromSeconds(60) },
            State = new RunState.Stopped(_machine.Clock.GetUtcNow()),
        };
    }

    public void Dispose() => _keeper.Dispose();

    [Fact]
    public void Who_connects_starts_it_and_once()
    {
        Decide(new ProcessEvent.StartRequested());
        Assert.Equal("listening", _record.Word);
        Assert.Empty(_done);

        Assert.Single(_connect)();
        Assert.Equal(["start 7"], _done);
        Assert.Empty(_connect);
        Assert.Equal(Effect.Spawn, Decide(new ProcessEvent.RunRequested()));
    }

    [Fact]
    public void What_is_stopped_listens_no_more()
    {
        Decide(new ProcessEvent.StartRequested());
        Decide(new ProcessEvent.StopRequested());
        Assert.Empty(_connect);
    }

    [Fact]
    public void After_a_minute_without_anybody_it_is_stopped_and_listens_again()
    {
        Run();
        Pass(59);
        Assert.Empty(_done);
        Pass(8);
        Assert.Equal("stop 7", Assert.Single(_done.Distinct()));

        Assert.Equal(Effect.EndTree, Decide(new ProcessEvent.Idle()));
        Decide(new ProcessEvent.Ended(new Exit.Signal(15, false), Witnessed: true));
        Assert.Equal("listening", _record.Word);
        Assert.Single(_connect);
    }

    [Fact]
    public void Who_is_connected_and_who_came_and_went_keep_it_running()
    {
        Run();
        _connections = new Connections(true, Nobody);
        Pass(120);
        _connections = new Connections(false, Nobody);
        Pass(50);
        _connections = new Connections(false, new HashSet<string> { "0100007F:0050 0100007F:9C40" });
        Pass(50);
        // The kernel forgets it, and nobody has come since.
        _connections = new Connections(false, Nobody);
        Assert.Empty(_done);
        Pass(70);
        Assert.Contains("stop 7", _done);
    }

    [Fact]
    public void One_that_ends_with_success_listens_again_and_one_that_crashes_does_not()
    {
        Run();
        Decide(new ProcessEvent.Ended(new Exit.Code(0), Witnessed: true));
        Assert.Equal("listening", _record.Word);
        // It ended at once: who still waits must not start it over and over.
        Assert.Empty(_connect);
        Pass(1.1);
        Assert.Single(_connect);

        Run();
        Decide(new ProcessEvent.Ended(new Exit.Code(3), Witnessed: true));
        Assert.Equal("crashed", _record.Word);
        Assert.Empty(_connect);
    }

    [Fact]
    public void A_socket_that_cannot_be_opened_is_told_and_tried_again()
    {
        _taken = "another program listens on *:80";
        Decide(new ProcessEvent.StartRequested());
        Assert.Equal("web: nobody can connect to it: another program listens on *:80", Assert.Single(_done));

        _taken = null;
        Pass(6);
        Assert.Single(_connect);
    }

    [Fact]
    public void What_needs_it_takes_it_as_ready()
    {
        var listening = _record with { State = new RunState.Scheduled(_machine.Clock.GetUtcNow(), OnDemand: true) };
        Assert.True(Dependencies.Meets(listening, Condition.Parse("ready")));
        Assert.False(Dependencies.Meets(listening, Condition.Parse("ended")));
        Assert.False(Dependencies.Meets(listening with { State = new RunState.Scheduled(_machine.Clock.GetUtcNow()) }, Condition.Parse("ready")));
    }

    private void Run()
    {
        Decide(new ProcessEvent.StartRequested());
        Decide(new ProcessEvent.RunRequested());
        Decide(new ProcessEvent.Spawned(Sample.Identity));
        _done.Clear();
    }

    private Effect Decide(ProcessEvent happened)
    {
        (_record, var effect) = Lifecycle.Decide(_record, happened, _machine.Clock.GetUtcNow());
        _keeper.Changed(State.Empty.With(_record));
        return effect;
    }

    private void Pass(double seconds) => _loop.Run(TimeSpan.FromSeconds(seconds));

    private OpenSockets Open(ProcessRecord record) =>
        _taken is { } why ? throw new SpawnException(why) : new OpenSockets([new PassedDescriptor("80", new SafeFileHandle(-1, ownsHandle: false))]);

    private Waiting WhenConnected(System.Runtime.InteropServices.SafeHandle socket, Action then)
    {
        _connect.Add(then);
        return new Waiting(() => _connect.Remove(then));
    }

    private sealed class Waiting(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
