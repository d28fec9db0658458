using Sentinel.Core.Host;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>Reads a project: its file, those that it includes, and those beside them.</summary>
public sealed class ProjectReader(IRegularFiles files)
{
    private const int MostProcesses = 10_000;

    /// <param name="file">A path.</param>
    /// <param name="shown">How people know it; included files are shown as beside it. Null: as <paramref name="file"/>.</param>
    public ProjectRead Read(string file, string? shown = null)
    {
        var faults = new Faults();
        var project = new SourceFiles(files, Path.GetFullPath(file), shown ?? file, faults) is { Main: { } main } sources ? ProjectOf(main, sources, faults) : null;
        return new ProjectRead(faults.Count > 0 ? null : project, faults.InOrder());
    }

    private static Project ProjectOf(Source main, SourceFiles sources, Faults faults)
    {
        var written = Processes(sources, faults);
        var processes = new ProcessReader(written, faults).Read();
        Neighbours.Check(processes, written.Keys, faults);
        Clashes.Check(processes, faults);
        var hosts = HostGroups.Read(main.Root.Find(FileKeys.Hosts), faults);
        HostGroups.Check(processes, hosts, faults);
        return new Project(
            NameOf(main, faults),
            main.Folder,
            main.Path,
            sources.Shown,
            hosts,
            main.Root.Find(FileKeys.EnvironmentFiles) is { } environments ? Form.Texts.Read(environments, faults) ?? [] : [],
            [.. Variables(main.Root, faults)],
            processes,
            new HookReader(written.Keys, faults).Read(sources.All));
    }

    private static string NameOf(Source main, Faults faults)
    {
        var given = main.Root.Find(FileKeys.Name) as Node.Text;
        var name = given?.Value ?? Path.GetFileName(main.Folder);
        if (!ProcessName.IsValid(name))
            faults.Add(given?.Place ?? main.Root.Place, given is not null
                ? $"'{name}' cannot be the name of a project: {ProcessName.Rule}"
                : $"the project needs a name, since that of its folder cannot be one: name = \"shop\"");
        return name;
    }

    private static IEnumerable<ProjectVariable> Variables(Node.Table root, Faults faults)
    {
        foreach (var given in root.Find(FileKeys.Environment) is { } table ? Form.Variables.Read(table, faults) ?? [] : [])
        {
            var (name, value) = ("", "");
            if (faults.Try(given.Place, () => (name, value) = Variable.Parse(given.Text)))
                yield return new ProjectVariable(name, value, given.Place);
        }
    }

    private static Dictionary<string, WrittenProcess> Processes(SourceFiles sources, Faults faults)
    {
        var all = new Dictionary<string, WrittenProcess>();
        foreach (var process in sources.All.SelectMany(source => source.Processes()))
        {
            if (all.Count == MostProcesses)
            {
                faults.Add(process.Place, $"a project has {MostProcesses:N0} processes at most");
                break;
            }

            if (!all.TryAdd(process.Name, process))
                faults.Add(process.Place, $"there is a process '{process.Name}' already, at {all[process.Name].Place}");
        }

        return all;
    }
}
