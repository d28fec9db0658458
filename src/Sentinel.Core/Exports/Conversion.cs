using Sentinel.Core.Projects;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>A project on its way to an engine.</summary>
internal sealed class Conversion
{
    private readonly Dictionary<string, Service> _byName;
    private readonly ILookup<string, Service> _byPort;

    /// <param name="contents">Null: nothing is read.</param>
    /// <param name="hasHostFiles">Whether the processes run with the files of their machines.</param>
    public Conversion(Project project, Engine engine, IContents? contents = null, bool hasHostFiles = false)
    {
        (Project, Contents, HasHostFiles) = (project, contents ?? new NoContents(_ => false), hasHostFiles);
        Told = new Shortfalls(project.Files);
        Name = engine.Names.Of(project.Name, new HashSet<string>());
        var usual = project.Usual();
        var taken = new HashSet<string>();
        Services = [.. project.Processes.Select(process => new Service(
            this, process, SpecOf(process), engine.Names.Of(process.Name, taken), usual.Contains(process.Name)))];
        Ports = new PortNumbers([.. Services.Select(service => (service.Process.Name, service.Spec.Ports, service.Instances))]);
        _byName = Services.ToDictionary(service => service.Process.Name);
        _byPort = Services.SelectMany(service => service.Spec.Ports.Select(port => (Variable: $"{service.Prefix}_{port.Variable}", service)))
            .ToLookup(one => one.Variable, one => one.service);
        if (Name != project.Name)
            Told.Tell(new Place(project.Files[0], 1, 1), FileKeys.Name, $"the project is called {Name} there, because {engine.Title} takes no name such as {project.Name}");
        foreach (var hook in project.Hooks)
            Told.Tell(hook.Place, $"{FileKeys.Hook}.{hook.Hook.Name}", $"{engine.Title} runs no hooks");
        foreach (var service in Services.Where(service => service.Name != service.Process.Name))
            service.Tell($"it is called {service.Name} there, because {engine.Title} takes no name such as {service.Process.Name}");
        foreach (var service in Services)
        {
            service.Variables = new Variables(this, service);
            service.Secrets = [.. service.Spec.Secrets.Select(secret => (secret, Contents.ValueOf(secret, service.Spec)))];
        }
    }

    public Project Project { get; }

    /// <summary>As the engine knows it.</summary>
    public string Name { get; }

    public IReadOnlyList<Service> Services { get; }

    public PortNumbers Ports { get; }

    public Shortfalls Told { get; }

    public bool HasHostFiles { get; }

    /// <summary>What files and secrets hold, as far as that goes with the project.</summary>
    public IContents Contents { get; }

    /// <summary>The secrets that the engine is to get first.</summary>
    public List<ExportedSecret> Secrets { get; } = [];

    /// <summary>Null: the project has no such process.</summary>
    public Service? Find(string process) => _byName.GetValueOrDefault(process);

    /// <summary>The processes of which a variable of others holds a port.</summary>
    public IEnumerable<Service> WithPort(string variable) => _byPort[variable];

    private static ProcessSpec SpecOf(ProjectProcess process) => SpecFields.Give(
        new ProcessSpec { Name = process.Name, Command = process.Run.Command, WorkingDirectory = process.Folder, Environment = "", Umask = 0 },
        process.Settings.ToDictionary(setting => SpecFields.Find(setting.Key)!, setting => setting.Values),
        Asker.None);
}
