using System.Globalization;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Supervision;

/// <summary>Leases ports that nobody has, and takes them back.</summary>
internal sealed class PortBook(StateStore store, IPorts ports, Random random, TimeProvider time)
{
    /// <param name="port">Null: any.</param>
    public Outcome Allocate(int? port, string name)
    {
        using var transaction = store.Begin();
        var state = transaction.State;
        if (port is { } wanted && WhyNot(state, wanted) is { } why)
            return new Outcome.Failed(name, null, $"port {wanted} {why}", FailureCode.PortHeld);
        if ((port ?? Any(state)) is not { } chosen)
            return new Outcome.Failed(name, null, NoneLeft, FailureCode.PortHeld);
        var lease = new PortLease(chosen, name, time.GetUtcNow(), ProcessId: null);
        transaction.State = state.With(lease);
        transaction.Save();
        return new Outcome.PortAllocated(chosen, name);
    }

    /// <param name="targets">Ports, or names of ports that no process holds.</param>
    public IReadOnlyList<Outcome> Free(IReadOnlyList<string> targets)
    {
        using var transaction = store.Begin();
        var outcomes = new List<Outcome>();
        foreach (var target in targets)
            outcomes.AddRange(Free(transaction, target));
        transaction.Save();
        return outcomes;
    }

    /// <summary>Gives a process the ports that it asks for.</summary>
    /// <exception cref="PortException">It cannot have one.</exception>
    public State Give(State state, ProcessRecord process) => process.Spec.Ports.Where(asked => state.PortOf(process.Id, asked.Name) is null).Aggregate(
        state, (before, asked) => before.With(new PortLease(Choose(before, asked), asked.Name, time.GetUtcNow(), process.Id)));

    /// <summary>
    /// Gives a process the ports that it asks for now, and takes back those that it no longer asks for, or could not use while others would do.
    /// </summary>
    /// <exception cref="PortException">It cannot have one.</exception>
    public State Adjust(State state, ProcessRecord process) => Give(
        state with
        {
            Ports = state.Ports.RemoveRange(state.Ports.Values
                .Where(lease => lease.ProcessId == process.Id && !process.Spec.Ports.Any(asked => asked.Name == lease.Name && asked.Allows(lease.Port) && IsOfUse(process, asked, lease.Port)))
                .Select(lease => lease.Port)),
        },
        process);

    /// <summary>Which of its ports a process could not listen on now, and why; null if it could on each.</summary>
    public string? WhyNot(State state, ProcessRecord process) => process.Spec.Ports
        .Select(asked => state.PortOf(process.Id, asked.Name) is { } lease && ports.WhyNot(lease.Port) is { } why
            ? $"its port {lease.Port} ({lease.Name}) {why}"
            : null)
        .FirstOrDefault(why => why is not null);

    /// <summary>Which of its ports a process outside its tree would deny to its next run, and which process; null if none.</summary>
    /// <param name="isStranger">Whether a pid belongs to a live process outside its tree.</param>
    public string? WhyNotAgain(State state, ProcessRecord process, Func<int, bool> isStranger)
    {
        var leases = state.Ports.Values.Where(lease => lease.ProcessId == process.Id).ToDictionary(lease => lease.Port);
        var listeners = leases.Count == 0 ? [] : ports.Listeners(leases.Keys.ToHashSet());
        return listeners.FirstOrDefault(listener => listener.Pid is { } pid && isStranger(pid)) is { } stranger
            ? $"its port {stranger.Port} ({leases[stranger.Port].Name}) is used by {stranger}"
            : null;
    }

    // What runs listens there itself.
    private bool IsOfUse(ProcessRecord process, PortRequest asked, int port) =>
        process.State.IsUnderWay || asked is { Number: not null, OrNext: false } || ports.WhyNot(port) is null;

    private const string NoneLeft = "no port is left: all are in use or leased";

    private IEnumerable<Outcome> Free(StateTransaction transaction, string target)
    {
        var state = transaction.State;
        var isPort = int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        var found = state.Ports.Values.Where(lease => isPort ? lease.Port == port : lease.Name == target).ToList();
        if (found.Count == 0)
            return [new Outcome.Failed(target, null, (isPort ? $"port {target} is not leased" : $"no port is leased as '{target}'")
                + "; 'sentinel port list' shows the leased ports", FailureCode.NotFound)];
        if (found.Find(lease => lease.ProcessId is not null) is { ProcessId: { } owner } taken)
            return [new Outcome.Failed(target, null, $"port {taken.Port} ({taken.Name}) belongs to "
                + $"{state.Processes[owner].Spec.Name}; 'sentinel delete {state.Processes[owner].Spec.Name}' frees it", FailureCode.PortHeld)];
        transaction.State = state with { Ports = state.Ports.RemoveRange(found.Select(lease => lease.Port)) };
        return found.Select(lease => new Outcome.PortFreed(lease.Port, lease.Name));
    }

    // Whether a certain port is in use shows when the process is started: of a process that runs, it may be its own.
    private int Choose(State state, PortRequest asked) => asked switch
    {
        { Number: null } => Any(state) ?? throw new PortException(NoneLeft),
        { Number: { } least, OrNext: true } => Enumerable.Range(least, PortLease.Highest - least + 1)
            .Where(port => WhyNot(state, port) is null).Select(port => (int?)port).FirstOrDefault() ?? throw new PortException($"no port from {least} up is left: all are in use or leased"),
        { Number: { } number } => state.Ports.GetValueOrDefault(number) is { } lease ? throw new PortException($"port {number} {WhyNot(state, lease)}") : number,
    };

    private string? WhyNot(State state, int port) => state.Ports.GetValueOrDefault(port) is { } lease ? WhyNot(state, lease) : ports.WhyNot(port);

    private static string WhyNot(State state, PortLease lease) =>
        lease.ProcessId is { } owner ? $"is leased by {state.Processes[owner].Spec.Name} ({lease.Name})"
        : $"is already leased as '{lease.Name}'; 'sentinel port free {lease.Port}' frees it";

    // The kernel may give an ephemeral port to any connection before it is used.
    private int? Any(State state)
    {
        var (first, last) = ports.Ephemeral;
        int[] candidates =
        [
            .. Enumerable.Range(PortLease.LowestUnprivileged, PortLease.Highest - PortLease.LowestUnprivileged + 1)
                .Where(port => (port < first || port > last) && !state.Ports.ContainsKey(port)),
        ];
        for (var i = 0; i < candidates.Length; i++)
        {
            var j = random.Next(i, candidates.Length);
            (candidates[i], candidates[j]) = (candidates[j], candidates[i]);
            if (ports.WhyNot(candidates[i]) is null)
                return candidates[i];
        }

        return null;
    }
}

/// <summary>A process cannot have a port that it asks for.</summary>
public sealed class PortException(string message) : Exception(message);
