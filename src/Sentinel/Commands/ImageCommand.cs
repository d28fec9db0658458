using System.CommandLine;
using Sentinel.Core.Projects;
using Sentinel.Hosts;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Packing;
using Sentinel.Rendering;
using Project = Sentinel.Core.Projects.Project;

namespace Sentinel.Commands;

/// <summary>Writes a container image of a project's folder.</summary>
internal static class ImageCommand
{
    // Where the folder is in an image.
    private const string Folder = "app";

    private const string ProjectLabel = "sentinel.project", NameLabel = "sentinel.name";

    private const string Program = "usr/local/bin/sentinel";

    public static Command Create()
    {
        var name = new Argument<string?>("process") { Description = "Process that the image runs [default: the only one]", HelpName = "process", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => ProjectLook.Names());
        var file = ProjectLook.File();
        var tag = SharedOptions.Parsed("--tag", "name", "Name of the image, such as shop/api:2 [default: PROJECT-PROCESS:latest]", ImageName.Parse);
        var below = new Option<string?>("--base") { Description = "What it is put on: an archive of an image, or the files of a system in a tar file [default: nothing, for programs that need none]", HelpName = "file" };
        var output = new Option<string?>("--output", "-o") { Description = "File to write [default: NAME.tar here]", HelpName = "file" };
        var all = SharedOptions.Flag("--supervise", "Put sentinel in, too, which starts all processes of the project in one container, and supervises them");
        var command = new Command("image") { name, file, tag, below, output, all };
        command.Check(result =>
        {
            if (result.GetValue(all) && result.GetValue(name) is not null)
                throw new FormatException("--supervise is for all processes of the project; leave out the name of one");
        });
        command.SetAction(result =>
        {
            if (ProjectLook.ReadOrTell(result.GetValue(file)) is not { } project)
                return ExitCode.Usage;
            ProjectProcess? process = null;
            if (!result.GetValue(all) && (process = Chosen(project, result.GetValue(name))) is null)
                return ExitCode.Failure;
            var called = result.GetValue(tag) ?? ImageName.Of(process is null ? [project.Name] : [project.Name, process.Name]);
            var path = Caller.Absolute(result.GetValue(output) ?? $"{called.Replace('/', '-').Replace(':', '-')}.tar");
            try
            {
                return Write(project, process, called, result.GetValue(below) is { } on ? Caller.Absolute(on) : null, path);
            }
            catch (PackingException e)
            {
                return Session.Fail(Text.Printable(e.Message));
            }
        });
        return command;
    }

    private static ProjectProcess? Chosen(Project project, string? name)
    {
        if (name is not null && project.Missing(name) is { } missing)
            Session.Fail(missing);
        else if (name is null && project.Processes.Count != 1)
            Session.Fail(project.Processes.Count == 0 ? "the project has no process"
                : $"say which process the image runs: {string.Join(", ", project.Processes.Select(process => process.Name))}; with --supervise it runs all of them");
        else
            return project.Processes.First(process => name is null || process.Name == name);
        return null;
    }

    private static int Write(Project project, ProjectProcess? process, string called, string? below, string path)
    {
        var folder = Directory.CreateTempSubdirectory("sentinel-image-").FullName;
        try
        {
            var files = ProjectFiles.Of(project.Folder);
            foreach (var link in files.LeftOut)
                Output.Tell($"Warning: {Text.Printable(link)} leads out of {Text.Printable(project.Folder)}, and is left out");
            // What is written here is no part of what it is made of.
            var placed = files.Paths.Where(file => Path.Combine(project.Folder, file) != path).Select(file => ($"{Folder}/{file}", Path.Combine(project.Folder, file))).ToList();
            if (process is null)
                placed.Add((Program, Binary.Of(Environment.ProcessPath!).Path));
            var image = new ContainerImage(
                below is null ? null : BaseImage.Read(below, folder),
                ImageLayer.Of(placed, Path.Combine(folder, "own.tar")),
                process is null ? [$"/{Program}", "up", "--foreground", "--file", $"/{Folder}/{Path.GetFileName(project.File)}"] : process.Run.Command.Arguments,
                $"/{Folder}{(process is null ? "" : FolderOf(process, project))}",
                process is null ? new Dictionary<string, string> { ["SENTINEL_HOME"] = "/var/lib/sentinel" } : new Dictionary<string, string>(),
                process is null ? new Dictionary<string, string> { [ProjectLabel] = project.Name } : new Dictionary<string, string> { [ProjectLabel] = project.Name, [NameLabel] = process.Name });
            image.Write(path, called);
            using var output = new Output(StandardStream.Output);
            output.Line(Text.Printable($"Wrote {path}: {called}, {Text.ExactMemory(new FileInfo(path).Length)}, {Text.Count(image.Layers.Count, "layer", "layers")}, id {image.Id[..12]}"));
            output.Line(Text.Printable($"To load it: docker load --input {Text.Argument(path)}"));
            return ExitCode.Success;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Below that of the project.
    private static string FolderOf(ProjectProcess process, Project project)
    {
        var folder = process.Find("cwd")?.Values[0] ?? process.Folder;
        return folder == project.Folder ? ""
            : folder.StartsWith($"{project.Folder}/", StringComparison.Ordinal) ? folder[project.Folder.Length..]
            : throw new PackingException($"{process.Name} runs in {folder}, which is outside of {project.Folder}, and so not in the image");
    }
}
