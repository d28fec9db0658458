using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Linux.Native;

namespace Sentinel.Hosts;

/// <summary>
/// A project that was brought to this machine, in a folder of the home: its releases by number, the link <c>current</c> to the one that counts, and
/// <c>shared</c>, of which each release has links to all that it does not have itself.
/// </summary>
internal sealed class Deployment
{
    /// <summary>The variable in which each process of a deployed project finds the number of its release.</summary>
    public const string Variable = "SENTINEL_RELEASE";

    private const string CurrentName = "current", ReleasesName = "releases";

    private readonly string _folder;

    /// <param name="project">A valid name of one.</param>
    public Deployment(SentinelHome home, string project) => _folder = Path.Combine(home.Folder, "deployed", project);

    private string Releases => Path.Combine(_folder, ReleasesName);

    private string Shared => Path.Combine(_folder, "shared");

    private string Current => Path.Combine(_folder, CurrentName);

    private IEnumerable<int> Numbers => Directory.Exists(Releases)
        ? Directory.EnumerateDirectories(Releases).Select(folder => NumberOf(Path.GetFileName(folder))).OfType<int>() : [];

    /// <summary>The folder of a project here: that of its current release or, where it was never deployed, the one that has it on the other machine.</summary>
    /// <exception cref="HostException">There is none.</exception>
    public static string FolderOf(SentinelHome home, RelayProject project)
    {
        var current = new Deployment(home, project.Name).Current;
        if (Directory.Exists(current))
            return current;
        return File.Exists(project.File) ? Path.GetDirectoryName(project.File)!
            : throw new HostException($"the project {project.Name} is not on this machine: 'sentinel deploy' brings it here");
    }

    /// <summary>The number of the release that a project's folder leads to; null: it was not deployed.</summary>
    public static int? ReleaseIn(string folder) =>
        Path.GetFileName(folder) == CurrentName && new DirectoryInfo(folder).LinkTarget is { } target && Path.GetFileName(Path.GetDirectoryName(target)) == ReleasesName
            ? NumberOf(Path.GetFileName(target)) : null;

    /// <summary>Takes a new release in, which does not count yet.</summary>
    /// <param name="archive">A tar(5) file, compressed by gzip.</param>
    /// <param name="kept">How many of the latest stay, with this one.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="IOException">It could not be written; then there is nothing of it.</exception>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public int Receive(Stream archive, int kept)
    {
        Directory.CreateDirectory(Shared);
        var part = Path.Combine(Releases, $"part-{Environment.ProcessId}");
        Directory.CreateDirectory(part);
        try
        {
            using (var unpacked = new GZipStream(archive, CompressionMode.Decompress))
                TarFile.ExtractToDirectory(unpacked, part, overwriteFiles: false);
            foreach (var shared in Directory.EnumerateFileSystemEntries(Shared).Where(entry => !Path.Exists(Path.Combine(part, Path.GetFileName(entry)))).ToList())
                File.CreateSymbolicLink(Path.Combine(part, Path.GetFileName(shared)), shared);
            var number = Numbers.DefaultIfEmpty(0).Max() + 1;
            Directory.Move(part, PathOf(number));
            foreach (var old in Numbers.OrderDescending().Skip(kept).Where(old => old != ReleaseIn(Current)).ToList())
                Directory.Delete(PathOf(old), recursive: true);
            return number;
        }
        catch
        {
            Directory.Delete(part, recursive: true);
            throw;
        }
    }

    /// <summary>Makes a release the one that counts.</summary>
    /// <param name="number">Null: the one before the one that counts now.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="HostException">There is no such release.</exception>
    public int Use(int? number)
    {
        var current = ReleaseIn(Current);
        var wanted = number ?? Numbers.Where(other => other < current).OrderDescending().Cast<int?>().FirstOrDefault()
            ?? throw new HostException(current is null ? "nothing was deployed here" : $"there is no release before {current}");
        if (!Directory.Exists(PathOf(wanted)))
            throw new HostException($"there is no release {wanted}; there are {string.Join(", ", Numbers.Order())}");
        var next = $"{Current}.{Environment.ProcessId}";
        File.Delete(next);
        File.CreateSymbolicLink(next, Path.Combine(ReleasesName, wanted.ToString(CultureInfo.InvariantCulture)));
        if (LibC.rename(next, Current) != 0)
            throw SystemCallException.Last("replace", Current);
        return wanted;
    }

    private string PathOf(int number) => Path.Combine(Releases, number.ToString(CultureInfo.InvariantCulture));

    private static int? NumberOf(string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
