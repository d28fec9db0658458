using System.Text;
using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>A supervisor with a home of its own on a <see cref="Machine"/>: only its state file is real.</summary>
internal sealed class MadeUpSentinel : IDisposable
{
    public static readonly EnvironmentBlock Environment = new("PATH=/bin\0"u8.ToArray());

    private readonly TempFolder _folder = new();

    public MadeUpSentinel(IStateFiles? files = null)
    {
        Store = new StateStore(new SentinelHome(_folder["home"]), files ?? new StateFiles(), Machine.Clock, _ => { });
        Supervisor = Another();
    }

    public Machine Machine { get; } = new();

    public MadeUpPorts Ports { get; } = new();

    public MadeUpStarts Starts { get; } = new();

    public List<string> Warnings { get; } = [];

    /// <summary>The logs whose backups were to be compressed.</summary>
    public List<string> Compressed { get; } = [];

    public Clock Clock => Machine.Clock;

    public StateStore Store { get; }

    public SentinelHome Home => Store.Home;

    public MadeUpSockets Sockets { get; } = new();

    public Supervisor Supervisor { get; }

    public ProcessRecord this[string name] =>
        Store.Read().Find(name) ?? throw new InvalidOperationException($"there is no process {name}");

    /// <summary>What another command, at the same time, works with.</summary>
    public Supervisor Another() => new(new SupervisorTools(
        Store, Machine, Machine, Machine, Ports, new RegularFiles(), new Accounts(), new Random(1), Machine.Clock, Warnings.Add,
        new LogTools(new LogFiles(), Compressed.Add), Starts, Sockets));

    public Outcome Run(string name, RestartRule restart = RestartRule.Never, string command = "server --port=80") =>
        Supervisor.RunOne(Request(name, restart, command));

    public static RunRequest Request(string name, RestartRule restart = RestartRule.Never, string command = "server --port=80", bool isNamed = true) => new(
        new ProcessSpec
        {
            Name = name,
            Command = Command.From([command]),
            WorkingDirectory = "/srv",
            Environment = Environment.Key,
            Umask = 18,
            Restart = restart,
        },
        isNamed,
        Environment);

    /// <summary>Runs it, and gives the process itself.</summary>
    public Machine.MadeUp Started(string name, RestartRule restart = RestartRule.Never) =>
        Machine[Assert.IsType<Outcome.Started>(Run(name, restart)).Process.Pid!.Value];

    public IReadOnlyList<Outcome> Start(params string[] names) => Supervisor.Start(new Selection.Named(names), renewal: null).Now();

    public IReadOnlyList<Outcome> Stop(params string[] names) => Supervisor.Stop(new Selection.Named(names), StopOptions.Default).Now();

    public IReadOnlyList<Outcome> Restart(params string[] names) =>
        Supervisor.Restart(new Selection.Named(names), StopOptions.Default, renewal: null).Now();

    public IReadOnlyList<Outcome> Delete(params string[] names) =>
        Supervisor.Delete(new Selection.Named(names), StopOptions.Default, withLogs: false).Now();

    /// <summary>Writes a state down as a command would that was killed right after.</summary>
    public void Write(string name, RunState state)
    {
        using var transaction = Store.Begin();
        transaction.State = transaction.State.With(this[name] with { State = state });
        transaction.Save();
    }

    /// <summary>The state as whoever looks sees it.</summary>
    public RunState Seen(string name) => new Reconciliation(Home, Clock).Look(Store.Read(), new Snapshot(Machine)).Find(name)!.State;

    public static EnvironmentBlock EnvironmentOf(string text) => new(Encoding.UTF8.GetBytes(text + "\0"));

    public void Dispose() => _folder.Dispose();
}

internal static class RunningOne
{
    /// <summary>Runs what is no set.</summary>
    public static Outcome RunOne(this Supervisor supervisor, RunRequest request) => Assert.Single(supervisor.Run(request).Now());
}
