using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Imports;
using Sentinel.Core.Projects;
using Sentinel.Core.Supervision;
using Sentinel.Hosts;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Project = Sentinel.Core.Projects.Project;

namespace Sentinel.Commands;

/// <summary>The project that a command is about: that of the file that is named or found above the current folder.</summary>
internal sealed class ProjectInput
{
    private readonly Option<string?> _file = ProjectLook.File();

    // Whose those are that it makes run, and for how long.
    private readonly SpecOptions _lease = SpecOptions.Leases();

    private readonly Option<string?> _asHost = new(HostProject.AsHost) { Hidden = true };

    public void AddTo(System.CommandLine.Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_asHost);
    }

    public void AddLeaseTo(System.CommandLine.Command command) => _lease.AddTo(command);

    /// <summary>Null: none is given.</summary>
    /// <exception cref="FormatException">It cannot be.</exception>
    public Lease? LeaseIn(ParseResult result, Session session) => _lease.In(result, SpecOptions.Blank, SpecOptions.AskerOf(new Ancestry(session.Table))).Lease;

    /// <summary>Reads it; null, after saying what is wrong, if it cannot be used.</summary>
    public Project? Read(ParseResult result)
    {
        try
        {
            var project = Foreign(result.GetValue(_file)) is { } path ? ReadImported(path) : ProjectLook.ReadOrTell(result.GetValue(_file));
            return result.GetValue(_asHost) is { } names ? project?.On(names.Split(',')) : project;
        }
        catch (ImportException e)
        {
            Session.Fail(Text.Printable(e.Message));
            return null;
        }
    }

    /// <summary>Whether a file is named.</summary>
    public bool IsNamedIn(CommandResult result) => result.GetResult(_file) is { Implicit: false };

    /// <summary>The path of the file, which need not be there; null: none is named or found.</summary>
    public string? PathIn(ParseResult result) => result.GetValue(_file) is { } given ? Caller.Absolute(given) : ProjectLook.Found();

    // The file of another tool, as it was named, or as the only one that is here; null: there is none.
    private static string? Foreign(string? given)
    {
        if (given is { Length: > 0 })
            return (Path.GetExtension(given) is ".toml" or ".json" && !Importer.IsKnown(given)) || !File.Exists(given) ? null : Caller.Absolute(given);
        if (given is not null || ProjectLook.Found() is not null)
            return null;
        return Importer.ProjectsIn(new SourceFolder(Caller.FolderAsSeen)) switch
        {
            [var only] => Path.Combine(Caller.FolderAsSeen, only),
            [] => null,
            var several => throw new ImportException(
                $"there is no {ProjectFile.Name} here, and there are {string.Join(", ", several)}; --file names the one to take, and 'sentinel import FILE --write' makes a {ProjectFile.Name} of it"),
        };
    }

    private static Project? ReadImported(string path)
    {
        var (name, folder) = (Path.GetFileName(path), Path.GetDirectoryName(path)!);
        var imported = Importer.Read(name, SourceFolder.TextOf(path), new ImportOptions(), new SourceFolder(folder));
        Output.Tell($"Takes {name}, and writes nothing" + (imported.NotTaken.Count == 0 ? "."
            : $"; {Text.Count(imported.NotTaken.Count, "thing", "things")} in it cannot be taken: 'sentinel import {Text.Argument(name)}' tells {(imported.NotTaken.Count == 1 ? "it" : "them")}."));
        var made = Path.Combine(folder, ProjectFile.Name);
        var (project, problems) = new ProjectReader(new MadeFile(made, Encoding.UTF8.GetBytes(imported.Toml))).Read(made, $"{name} as {ProjectFile.Name}");
        ProjectLook.Tell(problems);
        return project is null ? null : project with { File = path };
    }

    /// <summary>A file that is not on the disk, beside those that are.</summary>
    private sealed class MadeFile(string made, byte[] content) : IRegularFiles
    {
        private readonly RegularFiles _files = new();

        public byte[]? Read(string path, int mostBytes, Account? reader = null) => path == made ? content : _files.Read(path, mostBytes, reader);

        public byte[]? ReadOfHome(string path, int mostBytes) => _files.ReadOfHome(path, mostBytes);
    }

    /// <summary>The name under which it is known, also where there is no file any more; null: no project is known here.</summary>
    public string? KnownIn(ParseResult result, State state) =>
        PathIn(result) is { } file && Plan.NameOf(state, file) is { } name
            ? name
            : Selecting.ProjectOf(state, Caller.FolderAsSeen);

    /// <summary>What a project asks for, on behalf of this caller.</summary>
    /// <param name="lease">For the processes that it starts; null: they have none but the caller's session.</param>
    /// <param name="isOfAll">Whether also those that run already get it: otherwise they keep their own.</param>
    /// <exception cref="FormatException">A value cannot be.</exception>
    public static ProjectRequest RequestOf(Project project, Session session, Lease? lease = null, bool isOfAll = false)
    {
        if (SessionOption.OfCaller is { } own && lease?.Session is null)
            lease = (lease ?? new Lease()) with { Session = own };
        var known = session.Store.Read();
        var name = Plan.NameOf(known, project.File) ?? project.Name;
        // The same for all: finding it out takes tens of system calls.
        var (caller, umask, inherited) = (Caller.Environment, Caller.Umask, Caller.Inherited);
        var asker = Asker.None with { Now = DateTimeOffset.UtcNow };
        // So that each of its processes changes with the release.
        var release = Deployment.ReleaseIn(project.Folder) is { } number ? EnvironmentBlock.Empty.With(Deployment.Variable, $"{number}") : EnvironmentBlock.Empty;
        var variables = project.Variables.Aggregate(release, (block, variable) => block.With(variable.Name, variable.Value));
        return new ProjectRequest(
            project.Name,
            new ProjectMark(project.Folder, project.File),
            [.. project.EnvironmentFiles.Select(file => file.Text)],
            variables,
            [.. project.Processes.Select(process => new ProjectMember(SpecOf(process), process.Instances))],
            caller,
            new Ancestry(session.Table).OfCaller(DateTimeOffset.UtcNow))
        {
            Hooks = [.. project.Hooks.Select(hook => hook.Hook)],
        };

        ProcessSpec SpecOf(ProjectProcess process)
        {
            var runs = isOfAll || lease is null ? null : known.HolderOf($"{name}/{process.Name}") is { State.IsUnderWay: true } holder ? holder : null;
            var spec = new ProcessSpec
            {
                Name = process.Name,
                Command = process.Run.Command,
                WorkingDirectory = process.Folder,
                Environment = caller.Key,
                Umask = umask,
                Inherited = inherited,
                Lease = runs is null ? lease : runs.Spec.Lease,
            };
            return SpecFields.Give(spec, process.Settings.ToDictionary(setting => SpecFields.Find(setting.Key)!, setting => setting.Values), asker);
        }
    }
}
