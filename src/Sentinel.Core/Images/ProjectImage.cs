using Sentinel.Core.Environments;
using Sentinel.Core.Exports;
using Sentinel.Core.Projects;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Images;

/// <summary>How an image of a project is started: as one of its processes, or as Sentinel with all of them.</summary>
public static class ProjectImage
{
    /// <summary>Where the program of Sentinel is in an image, without a slash in front.</summary>
    public const string Program = "usr/local/bin/sentinel";

    // A folder that every system has, and everybody may write to.
    private const string Home = "/tmp/sentinel";

    // What it says of names is of no use here: labels take all.
    private static readonly Engine Engine = new("image", "an image", RunsImages: false, new NameRule("._-", 255, IsLower: false), new Dictionary<string, string>(), _ => []);

    /// <summary>Files that may hold secrets, as absolute paths: none of them is taken into an image unless it is asked for.</summary>
    public static IReadOnlySet<string> SecretFiles(Project project) => project.Processes.SelectMany(process =>
        (string[])[
            Path.Combine(process.WorkingDirectory, ProcessEnvironments.ImplicitFile),
            .. EnvironmentFilesOf(process).Concat(project.EnvironmentFiles).Select(PathOf),
            .. SecretsOf(process).Select(secret => secret.Source),
        ]).ToHashSet();

    /// <summary>The image runs one process.</summary>
    /// <param name="hasShell">Whether there can be a shell in it.</param>
    public static (ImageConfig Config, IReadOnlyList<Shortfall> Told) Of(Project project, string process, ImageFolder folder, bool hasShell)
    {
        var conversion = new Conversion(project, Engine);
        var service = conversion.Find(process)!;
        var workingDirectory = WorkingDirectory(service, project, folder);
        var words = Containers.Words(service, []).ToArray();
        var ofShell = words[0] == "/bin/sh";
        if (!ofShell || service.Spec is { Before: null, Command.Shell: false })
            words[0] = folder.Of(words[0]) ?? words[0];
        if (ofShell && !hasShell)
            Tell("it needs /bin/sh, and an image from scratch has none; --base names one that has it");
        else if (words[0].Contains('/') && Path.GetFullPath(words[0], workingDirectory) is var program && !folder.MayHave(program))
            Tell($"{program} is not among the files of the image; if git ignores it here, --include takes it");
        Containers.TellOfNeighbours(service, conversion);
        foreach (var file in service.Variables.Files)
            service.TellOfFile(file, $"{file.Path} stays outside of the image; give its variables where the container starts, as with --env-file");
        foreach (var secret in service.Spec.Secrets)
            service.TellOf(FileKeys.Secrets, secret.Name, $"the value of {secret.Name} is in no image; set it where the container starts");
        var config = new ImageConfig
        {
            EntryPoint = words,
            WorkingDirectory = workingDirectory,
            Variables = [.. service.Variables.All],
            Ports = [.. service.TakePorts().Select(port => port.Number)],
            User = service.Spec.Treatment.User,
            StopSignal = service.Has("stop-signal") ? SignalName.Of(service.Spec.Stop.Signal) : null,
            Labels = [("sentinel.project", project.Name), ("sentinel.name", process)],
        };
        return (config, Of(conversion.Told, process));

        void Tell(string why) => conversion.Told.Tell(service.Process.Run.Place, $"{process}.{FileKeys.Run}", why);
    }

    /// <summary>The image runs Sentinel as its first process, and that runs the project.</summary>
    /// <param name="process">The one to run, with what it needs; null: all.</param>
    public static (ImageConfig Config, IReadOnlyList<Shortfall> Told) WithSentinel(Project project, string? process, ImageFolder folder)
    {
        var told = new Shortfalls(project.Files);
        foreach (var file in project.EnvironmentFiles)
            TellOf(FileKeys.EnvironmentFiles, file.Place, file, !file.Text.StartsWith('?'));
        foreach (var each in project.Processes)
        {
            foreach (var file in EnvironmentFilesOf(each))
                TellOf($"{each.Name}.{FileKeys.EnvironmentFiles}", file.Place, file, !file.Text.StartsWith('?'));
            foreach (var secret in SecretsOf(each))
                TellOf($"{each.Name}.{FileKeys.Secrets}", each.Find(FileKeys.Secrets)!.Place, new Given(secret.Source, default), isNeeded: true);
        }

        var running = process is null ? project.Usual() : new HashSet<string> { process };
        var config = new ImageConfig
        {
            EntryPoint = [$"/{Program}", "up", .. process is null ? Array.Empty<string>() : [process], "--foreground", "--file", folder.Of(project.File)!],
            WorkingDirectory = folder.To,
            Variables = [("SENTINEL_HOME", Home)],
            Ports = [.. project.Processes.Where(each => running.Contains(each.Name)).SelectMany(each => each.Find(FileKeys.Port)?.Values ?? [])
                .Select(PortRequest.Parse).Where(port => port.IsSingle).Select(port => port.Number!.Value).Distinct()],
            Labels = [("sentinel.project", project.Name)],
        };
        return (config, told.All);

        void TellOf(string key, Place place, Given file, bool isNeeded)
        {
            if (folder.Of(PathOf(file)) is { } there && !folder.MayHave(there))
                told.Tell(place, key, $"{PathOf(file)} stays outside of the image; {(isNeeded ? "it has to be" : "it can be")} at {there} where the container runs");
        }
    }

    private static string WorkingDirectory(Service service, Project project, ImageFolder folder)
    {
        var here = service.Spec.WorkingDirectory;
        if (folder.Of(here) is { } there)
            return there;
        if (here != project.Folder && !here.StartsWith($"{project.Folder}/", StringComparison.Ordinal))
            return here;
        service.Tell("cwd", $"{here} is not in {folder.Path}, so the process runs in {folder.To}");
        return folder.To;
    }

    // What is told of others is for their images; the name that an engine would take says nothing here.
    private static IReadOnlyList<Shortfall> Of(Shortfalls told, string process) =>
        [.. told.All.Where(one => one.Path is FileKeys.Environment or FileKeys.EnvironmentFiles || one.Path.StartsWith($"{process}.", StringComparison.Ordinal))];

    private static IEnumerable<Given> EnvironmentFilesOf(ProjectProcess process) => process.Find(FileKeys.EnvironmentFiles)?.Given ?? [];

    private static IEnumerable<Secret> SecretsOf(ProjectProcess process) =>
        (process.Find(FileKeys.Secrets)?.Values ?? []).Select(text => Secret.Parse(text, file => file)).Where(secret => !secret.IsCommand);

    private static string PathOf(Given file) => file.Text.TrimStart('?');
}
