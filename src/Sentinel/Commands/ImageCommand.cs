using System.CommandLine;
using System.Runtime.InteropServices;
using Sentinel.Core.Exports;
using Sentinel.Core.Images;
using Sentinel.Hosts;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;
using Project = Sentinel.Core.Projects.Project;

namespace Sentinel.Commands;

/// <summary>Makes a container image of a project's folder, without any other program.</summary>
internal sealed class ImageCommand
{
    private const string To = "/app", Scratch = "scratch";

    private readonly Argument<string?> _process = new("process")
    {
        Description = "Process of the project that the image runs [default: the only one]",
        HelpName = SharedOptions.ProcessesName,
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly ProjectInput _input = new();
    private readonly Option<ImageName?> _tag = SharedOptions.Parsed("--tag", "name", "Name of the image, with a tag or without: shop/web:1 [required]", ImageName.Parse);
    private readonly Option<string?> _base = new("--base")
    {
        Description = "What it is built on: a file that 'docker save' wrote, or a tar file with the files of a system [default: scratch, which is nothing]",
        HelpName = "file",
    };

    private readonly Option<string?> _output = new("--output") { Description = "File to write [default: NAME-TAG.tar here]", HelpName = "file" };
    private readonly Option<string?> _folder = new("--folder") { Description = "Take the files of this folder [default: that of the project]", HelpName = "folder" };
    private readonly Option<string[]> _include = new("--include") { Description = "Take this file or folder, too, though git ignores it or it may hold secrets (repeatable)", HelpName = "path" };
    private readonly Option<string?> _to = new("--to") { Description = $"Folder of the image that the files are in [default: {To}]", HelpName = "folder" };
    private readonly Option<bool> _supervise = SharedOptions.Flag("--supervise", "Put sentinel into it, which then runs all of the project as the first process; the base has to have glibc");

    private ImageCommand()
    {
    }

    public static Command Create()
    {
        var image = new ImageCommand();
        image._process.CompletionSources.Add(_ => ProjectLook.Names());
        var command = new Command("image") { image._process, image._tag, image._base, image._output, image._folder, image._include, image._to, image._supervise };
        image._input.AddTo(command);
        command.Check(result =>
        {
            if (result.GetValue(image._tag) is null)
                throw new FormatException("--tag names the image: 'sentinel image --tag shop/web:1'");
            if (result.GetValue(image._to) is { } to && (to is not ['/', _, ..] || Path.GetFullPath(to) != to || to.EndsWith('/')))
                throw new FormatException($"--to takes a folder of the image, such as {To}, and not '{to}'");
        });
        command.SetAction(result => image._input.Read(result) is not { } project ? ExitCode.Usage : image.Make(result, project));
        return command;
    }

    private int Make(ParseResult result, Project project)
    {
        var (process, supervises) = (result.GetValue(_process), result.GetValue(_supervise));
        if (!supervises)
            process ??= project.Processes is [var only] ? only.Name : null;
        var folder = result.GetValue(_folder) is { } given ? Caller.Absolute(given) : project.Folder;
        var output = Caller.Absolute(result.GetValue(_output) ?? result.GetValue(_tag)!.FileName);
        var under = (result.GetValue(_base) ?? Scratch) == Scratch ? null : Caller.Absolute(result.GetValue(_base)!);
        var include = result.GetValue(_include)!.Select(path => Path.GetRelativePath(folder, Caller.Absolute(path))).ToList();
        var wrong = (process is not null ? project.Missing(process) : supervises ? null : WhyNoProcess(project))
            ?? (supervises && under is null ? "sentinel needs glibc, and scratch has nothing; --base names a file that has it" : null)
            ?? (Directory.Exists(output) ? $"{output} is a folder; --output names a file" : null)
            ?? (Directory.Exists(Path.GetDirectoryName(output)) ? null : $"there is no folder {Path.GetDirectoryName(output)} for the image")
            ?? WhyNotTaken(folder, include);
        if (wrong is not null)
            return Session.Fail(Text.Printable(wrong), ExitCode.Usage);
        try
        {
            var layers = new ImageLayers(project, folder, result.GetValue(_to) ?? To, include, new HashSet<string> { output, under ?? output });
            var sentinel = supervises ? Sentinel(project, layers.Folder) : null;
            using var file = new ImageFile(output);
            using var content = under is null ? null : File.OpenRead(under);
            var on = content is null ? BaseImage.Scratch : BaseImage.Read(content, Architecture, file.NewPart);
            if (sentinel is not null && (on.Architecture ?? Architecture) != Architecture)
                return Session.Fail($"{Text.Printable(under!)} is for {on.Architecture}, and this sentinel is for {Architecture}");
            var (config, told) = sentinel is not null ? ProjectImage.WithSentinel(project, process, layers.Folder)
                : ProjectImage.Of(project, process!, layers.Folder, hasShell: !on.IsEmpty);
            ImageLayer[] own = [.. sentinel is null ? Array.Empty<ImageLayer>() : [ImageLayers.Write(sentinel, file.NewPart())], layers.Write(file.NewPart())];
            var image = new ImageArchive(result.GetValue(_tag)!, config, on, own, Architecture);
            var size = file.Write(image);
            Say(image, $"{result.GetValue(_tag)}, linux/{on.Architecture ?? Architecture}, {image.Id}", output, size);
            return Tell(layers, told);
        }
        catch (BaseImageException e)
        {
            return Session.Fail(Text.Printable($"{under} can be no base: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Session.Fail(Text.Printable($"the image cannot be made: {e.Message.TrimEnd('.')}"));
        }
    }

    // As docker calls it.
    private static string Architecture => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    private static string WhyNoProcess(Project project) => project.Processes.Count == 0 ? $"{Path.GetFileName(project.File)} has no processes"
        : $"an image runs one process; name it, or take all with --supervise: {string.Join(", ", project.Processes.Select(process => process.Name))}";

    private static string? WhyNotTaken(string folder, IEnumerable<string> include)
    {
        if (!Directory.Exists(folder))
            return $"there is no folder {folder}";
        foreach (var path in include)
            if (path is ".." or ['.', '.', '/', ..] || Path.IsPathRooted(path))
                return $"--include takes what is in {folder}, and {Path.GetFullPath(path, folder)} is not";
            else if (!Path.Exists(Path.Combine(folder, path)))
                return $"there is no {Path.Combine(folder, path)} to include";
        return null;
    }

    /// <exception cref="HostException">It would not run in an image.</exception>
    private static Binary Sentinel(Project project, ImageFolder folder)
    {
        var file = folder.Of(project.File);
        if (file is null || !folder.MayHave(file))
            throw new HostException($"{project.File} is not among the files of the image, and sentinel reads it there; if git ignores it, --include takes it");
        return Binary.Of(Environment.ProcessPath!);
    }

    private static void Say(ImageArchive image, string what, string path, long size)
    {
        using var output = new Output(StandardStream.Output);
        output.Line($"Wrote {Text.Printable(path)} ({Text.ExactMemory(size)})");
        output.Line($"Image: {what}");
        foreach (var layer in image.Layers)
            output.Line($"Layer: {layer.Digest}, {Text.ExactMemory(layer.Size)}, {layer.About}");
        output.Line($"Load it with: docker load --input {Text.Printable(Text.Argument(path))}");
    }

    private static int Tell(ImageLayers layers, IReadOnlyList<Shortfall> told)
    {
        foreach (var image in layers.Images)
            Output.Tell(Text.Printable($"{image} is an image itself, and no part of this one"));
        foreach (var line in layers.LeftOut.Concat(told.Select(one => one.ToString())))
            Output.Tell(Text.Printable(line));
        return layers.LeftOut.Count + told.Count == 0 ? ExitCode.Success : ExitCode.Partly;
    }
}
