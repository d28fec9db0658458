using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Daemon;

/// <summary>A daemon in the home and on the machine that commands were at work in before.</summary>
internal sealed class MadeUpDaemon
{
    public MadeUpDaemon(MadeUpSentinel sentinel, IStateFiles? files = null)
    {
        Machine = sentinel.Machine;
        Loop = new MadeUpLoop(Machine);
        Store = new StateStore(sentinel.Store.Home, files ?? new QuickFiles(), Machine.Clock, Warnings.Add);
        Starts = new StartWaits(Store, Loop, Machine.Clock);
        var supervisor = new Supervisor(new SupervisorTools(
            Store, Machine, Machine, Loop, new MadeUpPorts(), new RegularFiles(), new Accounts(), new Random(1), Machine.Clock, _ => { },
            new LogTools(new LogFiles(), _ => { }), Starts, sentinel.Sockets));
        Itself = new Core.Daemon.Daemon(Store, supervisor, Loop, Loop, Machine.Clock, Log.Add, [Starts]);
    }

    public Core.Daemon.Daemon Itself { get; }

    public Machine Machine { get; }

    public MadeUpLoop Loop { get; }

    public StartWaits Starts { get; }

    public StateStore Store { get; }

    public List<string> Warnings { get; } = [];

    public List<string> Log { get; } = [];

    /// <summary>How it has things in its memory.</summary>
    public ProcessRecord this[string name] => Store.Read().Find(name) ?? throw new InvalidOperationException($"there is no process {name}");

    public int Restarts => Itself.Describe(1, "").Restarts;

    public string? LastError => Itself.Describe(1, "").LastError;

    public static MadeUpDaemon Of(MadeUpSentinel sentinel, IStateFiles? files = null)
    {
        var daemon = new MadeUpDaemon(sentinel, files);
        daemon.Start();
        return daemon;
    }

    public void Start()
    {
        Assert.True(Itself.TryStart());
        Loop.Run();
    }

    /// <summary>Has something done, however long that takes.</summary>
    public IReadOnlyList<Outcome> Do(Request request)
    {
        var work = Itself.Do(request).AsTask();
        for (var i = 0; i < 1000 && !work.IsCompleted; i++)
            Loop.Run(TimeSpan.FromMilliseconds(100));
        Assert.True(work.IsCompleted, "it is never done");
        return work.GetAwaiter().GetResult();
    }

    /// <summary>The process that is its main process now.</summary>
    public Machine.MadeUp Main(string name) => Machine[Assert.IsType<RunState.Running>(this[name].State).Identity.Pid];
}
