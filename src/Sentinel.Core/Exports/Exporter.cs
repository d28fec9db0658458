using Sentinel.Core.Environments;
using Sentinel.Core.Projects;

namespace Sentinel.Core.Exports;

/// <summary>Makes of a project what an engine runs. Nothing of the project is dropped in silence.</summary>
public static class Exporter
{
    private static readonly Engine[] All = [Systemd.Engine, Swarm.Engine, Kubernetes.Engine, Compose.Engine, Quadlet.Engine, Nomad.Engine];

    /// <summary>The names of all engines.</summary>
    public static IReadOnlyList<string> Engines { get; } = [.. All.Select(engine => engine.Name)];

    /// <summary>Whether processes can run there with the files of their machines.</summary>
    public static bool TakesHostFiles(string engine) => Find(engine).TakesHostFiles;

    /// <summary>Why an engine cannot run a project; none: it can.</summary>
    /// <param name="hasHostFiles">Whether the processes run with the files of their machines, for engines that <see cref="TakesHostFiles"/>.</param>
    public static IReadOnlyList<Problem> Problems(Project project, string engine, bool hasHostFiles = false) => hasHostFiles || Find(engine) is not { RunsImages: true } found ? []
        : [.. project.Processes.Where(process => process.Image is null).Select(process => new Problem(
            process.Place, $"{process.Name} has no image, and {found.Title} runs nothing without one: {FileKeys.Image} = \"registry.example/{project.Name}/{process.Name}:1\""))];

    /// <param name="engine">One of <see cref="Engines"/>, which has no problem with the project.</param>
    /// <param name="contents">What goes with the project.</param>
    /// <param name="hasHostFiles">Whether the processes run with the files of their machines, for engines that <see cref="TakesHostFiles"/>.</param>
    public static Exported Export(Project project, string engine, IContents contents, bool hasHostFiles = false)
    {
        var found = Find(engine);
        var conversion = new Conversion(project, found, contents, hasHostFiles);
        foreach (var service in conversion.Services)
            if (Path.Combine(service.Spec.WorkingDirectory, ProcessEnvironments.ImplicitFile) is var file && contents.IsThere(file) && !service.Variables.Files.Any(named => named.Path == file))
                service.Tell($"{file} is read here without being named, and not there; {FileKeys.EnvironmentFiles} names it");
        var files = found.Write(conversion).ToList();
        return new Exported(files, conversion.Told.All)
        {
            Project = conversion.Name,
            Processes = [.. conversion.Services.Select(service => new ExportedProcess(
                service.Name, service.Process.Name, service.SpecHash, service.IsUsual ? service.Instances : 0, service.Objects, service.NeededSecrets))],
            Secrets = [.. conversion.Secrets.DistinctBy(secret => secret.Name)],
        };
    }

    private static Engine Find(string name) => All.First(engine => engine.Name == name);
}
