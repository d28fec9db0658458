using System.Collections.Immutable;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;

namespace Sentinel.Core.Store;

/// <summary>All that Sentinel remembers.</summary>
public sealed record State
{
    public static readonly State Empty = new();

    /// <summary>The id that the next new process gets.</summary>
    public int NextId { get; init; } = 1;

    public ImmutableSortedDictionary<int, ProcessRecord> Processes { get; init; } =
        ImmutableSortedDictionary<int, ProcessRecord>.Empty;

    /// <summary>By <see cref="EnvironmentBlock.Key"/>; processes share them.</summary>
    public ImmutableDictionary<string, EnvironmentBlock> Environments { get; init; } =
        ImmutableDictionary<string, EnvironmentBlock>.Empty;

    public ProcessRecord? Find(string name) => Processes.Values.FirstOrDefault(process => process.Spec.Name == name);

    public State With(ProcessRecord process) => this with { Processes = Processes.SetItem(process.Id, process) };

    public State With(EnvironmentBlock environment) => Environments.ContainsKey(environment.Key)
        ? this
        : this with { Environments = Environments.Add(environment.Key, environment) };

    public State Without(IEnumerable<int> ids) => this with { Processes = Processes.RemoveRange(ids) };

    /// <summary>The same without the environments that no process has any more.</summary>
    public State Trimmed()
    {
        var used = Processes.Values.Select(process => process.Spec.Environment).ToHashSet();
        return used.Count == Environments.Count
            ? this
            : this with { Environments = Environments.RemoveRange(Environments.Keys.Where(key => !used.Contains(key))) };
    }
}
