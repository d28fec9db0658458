using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Projects;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>The project that a command is about: that of the file that is named or found above the current folder.</summary>
internal sealed class ProjectInput
{
    private readonly Option<string?> _file = ProjectLook.File();

    public void AddTo(System.CommandLine.Command command) => command.Options.Add(_file);

    /// <summary>Reads it; null, after saying what is wrong, if it cannot be used.</summary>
    public Project? Read(ParseResult result) => ProjectLook.ReadOrTell(result.GetValue(_file));

    /// <summary>The name under which it is known, also where there is no file any more; null: no project is known here.</summary>
    public string? KnownIn(ParseResult result, State state) =>
        (result.GetValue(_file) ?? ProjectFile.Find(Caller.FolderAsSeen, Environment.GetEnvironmentVariable("HOME"))) is { } file
        && Plan.NameIn(state, Path.GetDirectoryName(Path.GetFullPath(file, Caller.FolderAsSeen))!) is { } name
            ? name
            : Selecting.ProjectOf(state, Caller.FolderAsSeen);

    /// <summary>What a project asks for, on behalf of this caller.</summary>
    /// <param name="owner">Whose end is that of its processes; null: nobody's.</param>
    /// <exception cref="FormatException">A value cannot be.</exception>
    public static ProjectRequest RequestOf(Project project, Session session, Owner? owner = null)
    {
        var caller = Caller.Environment;
        var asker = Asker.None with { Now = DateTimeOffset.UtcNow };
        var variables = project.Variables.Aggregate(EnvironmentBlock.Empty, (block, variable) => block.With(variable.Name, variable.Value));
        return new ProjectRequest(
            project.Name,
            new ProjectMark(project.Folder, project.File),
            [.. project.EnvironmentFiles.Select(file => file.Text)],
            variables,
            [.. project.Processes.Select(process => new ProjectMember(SpecOf(process), process.Instances))],
            caller,
            new Ancestry(session.Table).OfCaller(DateTimeOffset.UtcNow));

        ProcessSpec SpecOf(ProjectProcess process)
        {
            var spec = new ProcessSpec
            {
                Name = process.Name,
                Command = process.Run.Command,
                WorkingDirectory = process.Folder,
                Environment = caller.Key,
                Umask = Caller.Umask,
                Inherited = Caller.Inherited,
            };
            if (SessionOption.OfCaller is { } own)
                spec = SpecFields.Find("session")!.Give(spec, [own], asker);
            if (owner is not null)
                spec = spec with { Lease = (spec.Lease ?? new Lease()) with { Owner = owner } };
            return SpecFields.Give(
                spec,
                process.Settings.Select(setting => (Field: SpecFields.Find(setting.Key), setting.Values)).Where(setting => setting.Field is not null)
                    .ToDictionary(setting => setting.Field!, setting => setting.Values),
                asker);
        }
    }
}
