using Sentinel.Core.Checks;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Keepers;

/// <summary>Watches the runs of one process for conditions that others wait for, each until the run has met it.</summary>
/// <param name="ask">Asks the process, and calls back with what was wrong, or null.</param>
/// <param name="met">Told of each once; not while <see cref="Follow"/> is called.</param>
internal sealed class ConditionWatch(HealthTools tools, Func<Probe, Action<string?>, IDisposable> ask, Action<Condition> met) : IDisposable
{
    private readonly Dictionary<Condition, IReadOnlyList<IDisposable>> _watches = [];
    private ProcessRecord? _record;

    /// <param name="wanted">Those that others wait for.</param>
    public void Follow(ProcessRecord record, IEnumerable<Condition> wanted)
    {
        if (record.State.Main != _record?.State.Main)
            Dispose();
        _record = record;
        var open = record.State is RunState.Running run ? wanted.Where(condition => !run.Met.Has(condition)).ToHashSet() : [];
        foreach (var condition in _watches.Keys.Where(condition => !open.Contains(condition)).ToList())
        {
            End(_watches[condition]);
            _watches.Remove(condition);
        }

        foreach (var condition in open.Where(condition => !_watches.ContainsKey(condition)))
            _watches[condition] = Begin(condition, (RunState.Running)record.State);
    }

    public void Dispose()
    {
        foreach (var watches in _watches.Values)
            End(watches);
        _watches.Clear();
    }

    private static void End(IEnumerable<IDisposable> watches)
    {
        foreach (var watch in watches)
            watch.Dispose();
    }

    private IReadOnlyList<IDisposable> Begin(Condition condition, RunState.Running run)
    {
        return condition switch
        {
            { Kind: ConditionKind.Log, Target: { } expression } => tools.WhenWritten(_record!, run, expression, () => met(condition)),
            { Kind: ConditionKind.File, Target: { } path } => Until(then => ask(Exists(path), why => then(why is null))),
            _ => Until(then => tools.Loop.After(TimeSpan.Zero, () => then(Listens()))),
        };

        IReadOnlyList<IDisposable> Until(Func<Action<bool>, IDisposable> askOnce) => [new Repeated(tools.Loop, askOnce, () => met(condition))];
    }

    // In its folder and with its rights; a file system that does not answer keeps nobody else waiting.
    private static Probe Exists(string path) => Probe.Exec($"test -e '{path.Replace("'", @"'\''")}'");

    private bool Listens()
    {
        var (state, sockets) = (tools.Answerers.State(), tools.Answerers.Sockets);
        if (_record?.State is not RunState.Running { Identity: var main })
            return false;
        List<int?> ports = [.. state.PortsOf(_record).Select(lease => (int?)lease.Port)];
        var listening = (ports.Count == 0 ? [null] : ports).ConvertAll(sockets.On);
        if (listening.Exists(held => held.Count == 0))
            return false;
        var members = new Lazy<IReadOnlyList<int>>(() => [.. ProcessTrees
            .Find([TreeRoot.OfRun(_record)], new Snapshot(tools.Answerers.Table), state.Processes.Values.Select(TreeRoot.Of))
            .GetValueOrDefault(_record.Id, []).Select(member => member.Pid)]);
        return listening.TrueForAll(held =>
            sockets.HeldBy(main.Pid, held, out _) is not null || members.Value.Any(pid => sockets.HeldBy(pid, held, out _) is not null));
    }
}
