using Sentinel.Core.Environments;
using Sentinel.Core.Projects;

namespace Sentinel.Core.Exports;

/// <summary>Makes of a project what an engine runs. Nothing of the project is dropped in silence.</summary>
public static class Exporter
{
    private static readonly Engine[] All = [Systemd.Engine, Swarm.Engine, Kubernetes.Engine, Compose.Engine, Quadlet.Engine, Nomad.Engine];

    /// <summary>The names of all engines.</summary>
    public static IReadOnlyList<string> Engines { get; } = [.. All.Select(engine => engine.Name)];

    /// <summary>Why an engine cannot run a project; none: it can.</summary>
    public static IReadOnlyList<Problem> Problems(Project project, string engine) => Find(engine) is not { RunsImages: true } found ? []
        : [.. project.Processes.Where(process => process.Image is null).Select(process => new Problem(
            process.Place, $"{process.Name} has no image, and {found.Title} runs nothing without one: {FileKeys.Image} = \"registry.example/{project.Name}/{process.Name}:1\""))];

    /// <param name="engine">One of <see cref="Engines"/>, which has no problem with the project.</param>
    /// <param name="isThere">Whether there is a file of this path.</param>
    public static Exported Export(Project project, string engine, Func<string, bool> isThere)
    {
        var found = Find(engine);
        var conversion = new Conversion(project, found);
        foreach (var service in conversion.Services)
            if (Path.Combine(service.Spec.WorkingDirectory, ProcessEnvironments.ImplicitFile) is var file && isThere(file) && !service.Variables.Files.Any(named => named.Path == file))
                service.Tell($"{file} is read here without being named, and not there; {FileKeys.EnvironmentFiles} names it");
        var files = found.Write(conversion).ToList();
        return new Exported(files, conversion.Told.All)
        {
            Project = conversion.Name,
            Processes = [.. conversion.Services.Select(service => new ExportedProcess(
                service.Name, service.Process.Name, service.SpecHash, service.IsUsual ? service.Instances : 0, service.Objects, service.NeededSecrets))],
        };
    }

    private static Engine Find(string name) => All.First(engine => engine.Name == name);
}
