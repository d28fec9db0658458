using Sentinel.Core.Exports;

namespace Sentinel.Core.Engines;

/// <summary>What is to be done with a process on a cluster.</summary>
/// <param name="Name">As the engine knows it.</param>
public abstract record EngineStep(string Name)
{
    public sealed record Create(string Name) : EngineStep(Name);

    /// <param name="Why">What differs.</param>
    public sealed record Change(string Name, string Why) : EngineStep(Name);

    public sealed record Same(string Name) : EngineStep(Name);

    /// <summary>The project has it no more.</summary>
    public sealed record Remove(string Name, EngineService Service) : EngineStep(Name);
}

/// <summary>What differs between a project's file and a cluster.</summary>
public sealed record Difference(IReadOnlyList<EngineStep> Steps)
{
    public bool HasChanges => Steps.Any(step => step is not EngineStep.Same);

    public static Difference Between(Exported exported, Cluster cluster) => new([
        .. exported.Processes.Select(process => StepFor(process, cluster.Services.FirstOrDefault(service => IsFor(service, process)))),
        .. cluster.Services.Where(service => !exported.Processes.Any(process => IsFor(service, process))).Select(service => new EngineStep.Remove(service.Name, service)),
    ]);

    // Where the file makes another kind of thing of it, that is another thing.
    private static bool IsFor(EngineService service, ExportedProcess process) =>
        service.Name == process.Name && (process.Objects.Count == 0 || process.Objects.Contains(service.Object));

    private static EngineStep StepFor(ExportedProcess process, EngineService? there)
    {
        if (there is null)
            return new EngineStep.Create(process.Name);
        List<string> why = [];
        if (there.SpecHash != process.SpecHash)
            why.Add("its settings");
        if (there.Rollout is Rollout.Failed { IsRolledBack: true } && there.SpecHash == process.SpecHash)
            why.Add("its last update failed");
        if (there.Replicas != process.Replicas)
            why.Add(there is { Replicas: 0, Remembered: not null } ? $"it is stopped, and has {process.Replicas} in the file" : $"replicas {there.Replicas} -> {process.Replicas}");
        return why.Count == 0 ? new EngineStep.Same(process.Name) : new EngineStep.Change(process.Name, string.Join("; ", why));
    }
}
