using Sentinel.Core.Images;
using Sentinel.Core.Projects;
using Sentinel.Hosts;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>What of a project's folder goes into an image.</summary>
internal sealed class ImageLayers
{
    private const UnixFileMode Executable = (UnixFileMode)0x1ed, Mode = (UnixFileMode)0xfff;

    private readonly string _folder;
    private readonly IReadOnlyList<string> _paths;

    /// <param name="to">Where it is in the image.</param>
    /// <param name="include">Paths that are taken in any case, relative to the folder.</param>
    /// <param name="not">Files that are part of the work, such as the base.</param>
    public ImageLayers(Project project, string folder, string to, IReadOnlyCollection<string> include, IReadOnlySet<string> not)
    {
        _folder = folder;
        var files = ProjectFiles.In(folder, include);
        LeftOut = [.. files.LeftOut.Select(path => $"{path} leads out of {folder} or is no file, and is left out")];
        // By what they are: a link leads to one, or the folder is reached by another path.
        var secrets = ProjectImage.SecretFiles(project).Select(Links.Identity).OfType<(uint, uint, ulong)>().ToHashSet();
        var isSecret = files.Paths.ToLookup(path => secrets.Count > 0 && !include.Contains(path) && Links.Identity(Path.Combine(folder, path)) is { } file && secrets.Contains(file));
        var isImage = isSecret[false].ToLookup(path => not.Contains(Path.Combine(folder, path)) || IsImage(path));
        if (isSecret[true].Any())
            LeftOut = [.. LeftOut, $"{string.Join(", ", isSecret[true])} may hold secrets, and {(isSecret[true].Count() == 1 ? "is" : "are")} left out; --include takes what you name"];
        Images = [.. isImage[true]];
        _paths = [.. isImage[false]];
        Folder = new ImageFolder(folder, to, _paths.ToHashSet());
    }

    public ImageFolder Folder { get; }

    /// <summary>What is not taken, and why.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>Images that are in the folder, which are no part of another one.</summary>
    public IReadOnlyList<string> Images { get; }

    /// <exception cref="IOException">A file cannot be read.</exception>
    public ImageLayer Write(Stream layer) => LayerWriter.Write(
        FoldersOf(_paths).Select(Entry).Concat(_paths.Select(Entry)), $"{Text.Count(_paths.Count, "file", "files")} below {Folder.To}", layer);

    /// <summary>The program of Sentinel itself.</summary>
    public static ImageLayer Write(Binary sentinel, Stream layer) =>
        LayerWriter.Write([new LayerEntry.File(ProjectImage.Program, Executable, () => File.OpenRead(sentinel.Path))], "sentinel itself", layer);

    private LayerEntry Entry(string path)
    {
        var (there, here) = ($"{Folder.To[1..]}{(path.Length == 0 ? "" : "/")}{path}", Path.Combine(_folder, path));
        // The folder itself may be one that nobody else can enter, as temporary ones are.
        return path.Length == 0 ? new LayerEntry.Folder(there, Executable)
            : new FileInfo(here).LinkTarget is { } target ? new LayerEntry.Link(there, target)
            : Directory.Exists(here) ? new LayerEntry.Folder(there, ModeOf(here))
            : new LayerEntry.File(there, ModeOf(here), () => File.OpenRead(here));
    }

    private bool IsImage(string path) => Path.Combine(_folder, path) is var file && new FileInfo(file).LinkTarget is null && ImageFile.IsOne(file);

    private static UnixFileMode ModeOf(string path) => File.GetUnixFileMode(path) & Mode;

    // Each above a file, and the folder itself.
    private static IEnumerable<string> FoldersOf(IEnumerable<string> paths) =>
        paths.SelectMany(path => path.Index().Where(c => c.Item == '/').Select(c => path[..c.Index])).Append("").Distinct();
}
