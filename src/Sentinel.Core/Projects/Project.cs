using System.Globalization;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>What a project's file, with those that it includes, says.</summary>
/// <param name="Name">A valid <see cref="ProcessName"/>.</param>
/// <param name="Folder">That of its file, as an absolute path.</param>
/// <param name="File">As an absolute path.</param>
/// <param name="Files">All that were read, as people know them; the project's own first.</param>
/// <param name="Hosts">Groups of machines, as ssh(1) takes them.</param>
/// <param name="EnvironmentFiles">Absolute paths; one with ? in front may be missing.</param>
public sealed record Project(
    string Name,
    string Folder,
    string File,
    IReadOnlyList<string> Files,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Hosts,
    IReadOnlyList<Given> EnvironmentFiles,
    IReadOnlyList<ProjectVariable> Variables,
    IReadOnlyList<ProjectProcess> Processes,
    IReadOnlyList<ProjectHook> Hooks)
{
    /// <summary>That there is no such process, and which one may have been meant; null: there is.</summary>
    public string? Missing(string name) =>
        Processes.Any(process => process.Name == name) ? null : Neighbours.Missing(name, Processes.Select(process => process.Name));

    /// <summary>What of it is for one machine. What runs on others is not needed there.</summary>
    /// <param name="names">All names of that machine: its own, and those of its groups.</param>
    public Project On(IReadOnlyCollection<string> names)
    {
        var there = Processes.Where(process => process.Hosts.Count == 0 || process.Hosts.Intersect(names).Any()).ToList();
        var others = Processes.Except(there).Select(process => process.Name).ToHashSet();
        return others.Count == 0 ? this : this with { Processes = [.. there.Select(process => process.Without(others))] };
    }

    /// <summary>The machines on which a process runs, without groups; none: on all.</summary>
    public IReadOnlyCollection<string> MachinesOf(ProjectProcess process) => [.. process.Hosts.SelectMany(name => Hosts.GetValueOrDefault(name) ?? [name]).Distinct()];

    /// <summary>The names of what is started where nobody asks for more: of all without a profile, and of what these need.</summary>
    public IReadOnlySet<string> Usual()
    {
        var needs = Processes.ToDictionary(process => process.Name, process => process.Find(FileKeys.Needs)?.Values ?? []);
        var usual = new HashSet<string>();
        var open = new Stack<string>(Processes.Where(process => process.Profiles.Count == 0).Select(process => process.Name));
        while (open.TryPop(out var name))
            if (usual.Add(name))
                foreach (var needed in needs[name].Select(text => Need.Parse(text).Name).Where(needs.ContainsKey))
                    open.Push(needed);
        return usual;
    }
}

/// <summary>A hook as a file has it, with the names that it and its processes have within the project.</summary>
/// <param name="Place">Of its name.</param>
/// <param name="Settings">What is written of it.</param>
public sealed record ProjectHook(Place Place, Hook Hook, IReadOnlyList<Setting> Settings);

/// <summary>A text, and where it is written.</summary>
public readonly record struct Given(string Text, Place Place);

/// <summary>A variable that every process of a project gets.</summary>
public sealed record ProjectVariable(string Name, string Value, Place Place);

/// <summary>A process as a file has it, with what it takes from <c>defaults</c> and from another that it is like.</summary>
/// <param name="Place">Of its name.</param>
/// <param name="Folder">That of the file that defines it, as an absolute path. Paths in <paramref name="Settings"/> are absolute.</param>
/// <param name="Settings">In the order of the table of fields.</param>
/// <param name="Others">What are no fields: <c>instances</c>, <c>profile</c>, <c>hosts</c>, <c>image</c>.</param>
public sealed record ProjectProcess(
    string Name,
    Place Place,
    string Folder,
    IReadOnlyList<Setting> Settings,
    IReadOnlyList<Setting> Others,
    RunLine Run)
{
    /// <summary>Null: one process, which is no set.</summary>
    public int? Instances => Others.FirstOrDefault(setting => setting.Key == FileKeys.Instances) is { } setting
        ? int.Parse(setting.Given[0].Text, CultureInfo.InvariantCulture) : null;

    /// <summary>None: it is started whatever profiles are asked for.</summary>
    public IReadOnlyList<string> Profiles => Others.FirstOrDefault(setting => setting.Key == FileKeys.Profile)?.Values ?? [];

    /// <summary>The container image that it runs in elsewhere; null: none is named.</summary>
    public string? Image => Others.FirstOrDefault(setting => setting.Key == FileKeys.Image)?.Values[0];

    /// <summary>The machines on which it runs, or groups of them; none: on all.</summary>
    public IReadOnlyList<string> Hosts => Others.FirstOrDefault(setting => setting.Key == FileKeys.Hosts)?.Values ?? [];

    /// <summary>The same, without needing some others.</summary>
    internal ProjectProcess Without(IReadOnlySet<string> others) => this with
    {
        Settings =
        [
            .. Settings.Select(setting => setting.Key is FileKeys.Needs or FileKeys.After
                ? setting with { Given = [.. setting.Given.Where(given => !others.Contains(Need.Parse(given.Text).Name))] } : setting)
                .Where(setting => setting.Given.Count > 0),
        ],
    };

    /// <summary>The folder that it runs in.</summary>
    public string WorkingDirectory => Find("cwd")?.Values[0] ?? Folder;

    public Setting? Find(string key)
    {
        foreach (var setting in Settings)
            if (setting.Key == key)
                return setting;
        return null;
    }

    /// <summary>Whether it runs to its end.</summary>
    public bool IsTask => Find(FileKeys.Type) is { Values: ["task"] };
}

/// <summary>A setting of a process: the key of a field, and the texts that the field takes.</summary>
/// <param name="Given">One or more, each with its place: those of a table may come from several files.</param>
public sealed record Setting(string Key, IReadOnlyList<Given> Given)
{
    public IReadOnlyList<string> Values => Given.Select(given => given.Text).ToArray();

    public Place Place => Given[0].Place;
}

/// <summary>What a process runs.</summary>
/// <param name="Words">One: a line, as for a shell; with <paramref name="IsExact"/> words that are executed as they are.</param>
/// <param name="Command">What they come to.</param>
public sealed record RunLine(IReadOnlyList<string> Words, bool IsExact, Place Place, Command Command);

/// <summary>What became of reading a project.</summary>
/// <param name="Project">Null: something is wrong.</param>
/// <param name="Problems">All that is wrong, in the order of the files.</param>
public sealed record ProjectRead(Project? Project, IReadOnlyList<Problem> Problems);
