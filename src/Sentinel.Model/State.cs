using System.Collections.Immutable;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Model;

/// <summary>Everything that Sentinel remembers.</summary>
public sealed record State
{
    public static readonly State Empty = new();

    /// <summary>Higher than any id that was ever given; see <see cref="FreeId"/>.</summary>
    public int NextId { get; init; } = 1;

    public ImmutableSortedDictionary<int, ProcessRecord> Processes { get; init; } =
        ImmutableSortedDictionary<int, ProcessRecord>.Empty;

    /// <summary>By <see cref="EnvironmentBlock.Key"/>; processes share them.</summary>
    public ImmutableDictionary<string, EnvironmentBlock> Environments { get; init; } =
        ImmutableDictionary<string, EnvironmentBlock>.Empty;

    /// <summary>By name.</summary>
    public ImmutableSortedDictionary<string, Group> Groups { get; init; } =
        ImmutableSortedDictionary.Create<string, Group>(StringComparer.Ordinal);

    /// <summary>By port.</summary>
    public ImmutableSortedDictionary<int, PortLease> Ports { get; init; } = ImmutableSortedDictionary<int, PortLease>.Empty;

    /// <summary>By name.</summary>
    public ImmutableSortedDictionary<string, Hook> Hooks { get; init; } = ImmutableSortedDictionary.Create<string, Hook>(StringComparer.Ordinal);

    /// <summary>Where it was last written; null in a state of version 1.</summary>
    public HomeMark? Home { get; init; }

    /// <summary>The file that it replaced: beside an old state that was put back, there is a different one.</summary>
    public FileMark? Previous { get; init; }

    /// <summary>The start of all cookies of this home; null: not chosen yet.</summary>
    public string? CookiePrefix { get; init; }

    /// <summary>Whether an old state may have been put back, so that processes started since are in no record.</summary>
    public bool MayHaveStrays { get; init; }

    /// <summary>The number of the last event that led to this state; 0: none has a number.</summary>
    public long LastEvent { get; init; }

    /// <summary>The last events that led to this state, by their numbers: they may not have reached the log of events.</summary>
    public IReadOnlyList<Event> PendingEvents { get; init; } = [];

    /// <summary>A cookie for a record, such that no tree has one that begins with it.</summary>
    public string NewCookie() => CookiePrefix + Guid.NewGuid().ToString("N")[(CookiePrefix?.Length ?? 0)..];

    /// <summary>The same state with a prefix for its cookies.</summary>
    public State WithPrefix() => CookiePrefix is null ? this with { CookiePrefix = Guid.NewGuid().ToString("N")[..8] } : this;

    /// <summary>
    /// The state of a copied home: running processes belong to the original home, so here they are stopped, and nothing that carries
    /// the old cookies belongs to this home.
    /// </summary>
    public State AsCopy(DateTimeOffset now)
    {
        var copy = (this with { CookiePrefix = null, MayHaveStrays = false }).WithPrefix();
        return copy with
        {
            Processes = Processes.ToImmutableSortedDictionary(process => process.Key, process => process.Value with
            {
                Cookie = copy.NewCookie(),
                // Its times start it in the original home.
                State = process.Value.Spec.Schedule is null && process.Value.State is RunState.Exited or RunState.Crashed or RunState.Failed or RunState.Stopped
                    ? process.Value.State
                    : new RunState.Stopped(now),
            }),
        };
    }

    public ProcessRecord? Find(string name) => Processes.Values.FirstOrDefault(process => process.Spec.Name == name);

    /// <summary>The instances of a set, by their numbers; empty if there is no such set.</summary>
    public IEnumerable<ProcessRecord> InstancesOf(string set) =>
        Processes.Values.Where(process => process.Spec.Instance?.Set == set).OrderBy(process => process.Spec.Instance!.Number);

    /// <summary>The set that a name stands for: that of one of its instances, or else the name itself.</summary>
    public string SetOf(string name) => Find(name)?.Spec.Instance?.Set ?? name;

    /// <summary>The process of that name or, if there is none, the instances of the set.</summary>
    public IEnumerable<ProcessRecord> Called(string name) => Find(name) is { } process ? [process] : InstancesOf(name);

    /// <summary>All names that refer to processes.</summary>
    public IEnumerable<string> Names() => Processes.Values
        .SelectMany(process => process.Spec.Instance is { } instance ? [instance.Set, process.Spec.Name] : new[] { process.Spec.Name }).Distinct();

    /// <summary>The process that has a name, as its own or as that of its set.</summary>
    public ProcessRecord? HolderOf(string name) => Find(name) ?? InstancesOf(name).FirstOrDefault();

    public IEnumerable<ProcessRecord> MembersOf(string group) => Processes.Values.Where(process => process.Spec.Group == group);

    /// <summary>The ports that a process has, in the order in which they were asked for.</summary>
    public IEnumerable<PortLease> PortsOf(ProcessRecord process) =>
        process.Spec.Ports.Select(asked => PortOf(process.Id, asked.Name)).OfType<PortLease>();

    /// <summary>The port that a process has under a name.</summary>
    public PortLease? PortOf(int processId, string name) =>
        Ports.Values.FirstOrDefault(lease => lease.ProcessId == processId && lease.Name == name);

    /// <summary>The id of the next new process; once the highest id has been given, the lowest that is free.</summary>
    public int FreeId => NextId < int.MaxValue ? NextId : Enumerable.Range(1, int.MaxValue - 1).First(id => !Processes.ContainsKey(id));

    /// <summary>The same state after this many ids were given.</summary>
    public State AfterIds(int count) => this with { NextId = (int)Math.Min(int.MaxValue, (long)NextId + count) };

    public State With(ProcessRecord process) => this with { Processes = Processes.SetItem(process.Id, process) };

    /// <summary>The hooks of a project.</summary>
    public IEnumerable<Hook> HooksOf(string project) => Hooks.Values.Where(hook => hook.Name.StartsWith($"{project}/", StringComparison.Ordinal));

    public State Without(Hook hook) => this with { Hooks = Hooks.Remove(hook.Name) };

    public State With(Hook hook) => this with { Hooks = Hooks.SetItem(hook.Name, hook) };

    public State With(Group group) => this with { Groups = Groups.SetItem(group.Name, group) };

    public State With(PortLease lease) => this with { Ports = Ports.SetItem(lease.Port, lease) };

    public State With(EnvironmentBlock environment) => Environments.ContainsKey(environment.Key)
        ? this
        : this with { Environments = Environments.Add(environment.Key, environment) };

    /// <summary>The same state without some processes and the ports that they hold.</summary>
    public State Without(IReadOnlyCollection<int> ids) => this with
    {
        Processes = Processes.RemoveRange(ids),
        Ports = Ports.RemoveRange(Ports.Values.Where(lease => lease.ProcessId is { } owner && ids.Contains(owner)).Select(lease => lease.Port)),
    };

    /// <summary>The same state without the environments that no process uses any more.</summary>
    public State Trimmed()
    {
        var used = Processes.Select(entry => entry.Value.Spec.Environment).ToHashSet();
        return used.Count == Environments.Count
            ? this
            : this with { Environments = Environments.RemoveRange(Environments.Keys.Where(key => !used.Contains(key))) };
    }

    /// <summary>What in it is invalid; null if nothing is. An invalid state is neither read nor written.</summary>
    public string? Contradiction()
    {
        if (NextId < 1)
            return "'nextId' is not a valid id";
        if (LastEvent is < 0 or > Event.HighestNumber)
            return "'lastEvent' is not a valid number";
        foreach (var group in Groups.Keys)
            if (!ProcessName.IsValid(group))
                return $"group '{group}' has an invalid name";
        var names = new HashSet<string>();
        var cookies = new HashSet<string>();
        foreach (var process in Processes.Values)
        {
            var fault = process switch
            {
                _ when process.Id <= 0 || process.Id >= NextId => "has an invalid id",
                _ when !ProcessName.IsFull(process.Spec.Name) => "has an invalid name",
                _ when !names.Add(process.Spec.Name) => "has the name of another process",
                _ when process.Spec.Command.Arguments.Count == 0 => "has no command",
                _ when process.Cookie.Length == 0 => "has no cookie",
                _ when !cookies.Add(process.Cookie) => "has the cookie of another process",
                _ when !Environments.ContainsKey(process.Spec.Environment) => "has no environment",
                _ when !IsLogName(process.LogName) => "has an invalid log name",
                _ when !RunCookie.IsOfRecord(process.Cookie) || process.Cookie.AsSpan().ContainsAny('/', '\0') => "has an invalid cookie",
                _ when process.RunNumber is < 0 or int.MaxValue => "has an invalid number of runs",
                _ when HasNul(process.Spec) => "has a path or a word that contains a NUL",
                { Spec.Group: { } group } when !Groups.ContainsKey(group) => $"is in group '{group}', which does not exist",
                _ => null,
            };
            if (fault is not null)
                return $"process {process.Id} {fault}";
        }

        foreach (var lease in Ports.Values)
            if (lease.Port is < PortLease.Lowest or > PortLease.Highest || (lease.ProcessId is { } owner && !Processes.ContainsKey(owner)))
                return $"port {lease.Port} is out of range, or belongs to a process that does not exist";
        return null;
    }

    // Those of a project have a folder of their own.
    private static bool IsLogName(string name) => !name.Contains('\0') && name.Split('/') is [_] or [not ("" or "." or ".."), _];

    private static bool HasNul(ProcessSpec spec) =>
        spec.WorkingDirectory.Contains('\0') || spec.Treatment.User?.Contains('\0') == true
        || spec.EnvironmentFiles.Any(file => file.Contains('\0')) || spec.Command.Arguments.Any(word => word.Contains('\0'));
}
