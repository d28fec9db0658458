using Sentinel.Core.Engines;
using Sentinel.Core.Exports;

namespace Sentinel.Engines;

/// <summary>A cluster, through the program of its engine.</summary>
internal abstract class EngineClient
{
    /// <summary>As it calls itself.</summary>
    public abstract string Title { get; }

    /// <summary>What there is of a project.</summary>
    /// <param name="project">As the engine knows it.</param>
    /// <param name="wanted">What is to be there, for what may be in its way; null: nothing is to be made.</param>
    public abstract Task<Cluster> Look(string project, Exported? wanted = null);

    /// <summary>What has to be there first, and is not.</summary>
    public abstract Task<IReadOnlyList<string>> Missing(Exported exported);

    /// <summary>Makes or changes what there is into what was exported.</summary>
    public abstract Task Apply(Exported exported);

    /// <param name="remembered">How many are to be started again; null: nothing is to be remembered.</param>
    public abstract Task Scale(EngineService service, int replicas, int? remembered);

    /// <summary>Replaces all tasks, one after the other.</summary>
    public abstract Task Restart(EngineService service);

    /// <summary>Takes services away, with what leads to them.</summary>
    /// <param name="wanted">What stays.</param>
    public abstract Task Remove(IReadOnlyList<EngineService> services, Exported wanted);

    /// <summary>Takes away all that is left of a project and carries its labels.</summary>
    public abstract Task RemoveAll(string project, Cluster cluster);

    /// <summary>Passes on what services wrote, with the task before each line; ends by itself only where it does not follow.</summary>
    /// <returns>Whether all of it could be shown.</returns>
    public abstract Task<bool> Logs(IReadOnlyList<EngineService> services, int lines, bool follows, Action<string, bool> say, CancellationToken end);
}
