using Sentinel.Api;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Diagnosis;

/// <param name="Owner">Its uid.</param>
public sealed record FileSight(string Path, uint Owner, UnixFileMode Mode)
{
    public bool IsOpenToOthers => (Mode & (UnixFileMode)0b000_111_111) != 0;
}

/// <summary>The file system that a folder is on.</summary>
/// <param name="FileSystem">Its type.</param>
/// <param name="FreeBytes">Free for users other than root; null if the file system does not tell.</param>
/// <param name="HasFilesLeft">Whether more files can be created.</param>
public sealed record Disk(string FileSystem, long? FreeBytes, bool HasFilesLeft, bool IsReadOnly, bool IsOfNetwork);

/// <summary>Sentinel's folder, as it was found.</summary>
public abstract record HomeSight(string Path)
{
    /// <param name="Parent">The nearest folder above that exists.</param>
    /// <param name="CanBeMade">Whether we may create it there.</param>
    public sealed record Missing(string Path, string Parent, bool CanBeMade, Disk Disk) : HomeSight(Path);

    /// <summary>Something else has its name.</summary>
    public sealed record NoFolder(string Path) : HomeSight(Path);

    /// <param name="Target">Where it leads to, if it is a link.</param>
    /// <param name="User">The uid that we run as.</param>
    /// <param name="Files">All files in it and in the folder of logs, as far as we may look.</param>
    public sealed record There(FileSight Folder, string? Target, uint User, IReadOnlyList<FileSight> Files, Disk Disk) : HomeSight(Folder.Path);
}

public static class HomeCheck
{
    private const long LittleBytes = 100 * Megabyte;
    private const long Megabyte = 1024 * 1024;
    private const UnixFileMode Owned = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Tampering = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const string Elsewhere = "set SENTINEL_HOME to another folder";

    public static IEnumerable<Finding> Of(HomeSight home)
    {
        Finding[] faults = home switch
        {
            HomeSight.There there => [.. OfFolder(there), .. OfFiles(there), .. OfDisk(there.Path, there.Disk)],
            HomeSight.Missing { CanBeMade: false } missing =>
                [Finding.Broken(Areas.Home, $"{home.Path} does not exist, and cannot be created: {missing.Parent} is not a folder that we can write to", Elsewhere)],
            HomeSight.Missing missing => [.. OfDisk(home.Path, missing.Disk)],
            _ => [Finding.Broken(Areas.Home, $"{home.Path} is not a folder", $"move it away, or {Elsewhere}")],
        };
        if (faults.Length > 0)
            return faults;
        return home is HomeSight.There { Disk: var disk } found
            ? [Finding.Ok(Areas.Home, $"{home.Path}{(found.Target is { } target ? $" (a link to {target})" : "")} is ours alone{(disk.FreeBytes is { } free ? $", with {Free(free)} free" : "")}")]
            : [Finding.Ok(Areas.Home, $"{home.Path} does not exist yet; the first 'run' creates it")];
    }

    private static IEnumerable<Finding> OfFolder(HomeSight.There home)
    {
        var folder = home.Folder;
        if (folder.Owner != home.User)
            yield return Finding.Broken(
                Areas.Home,
                $"{folder.Path} belongs to another user (uid {folder.Owner}; this is uid {home.User}): nothing can be changed",
                $"run this as that user, or {Elsewhere}");
        else if ((folder.Mode & Tampering) != 0)
            yield return Finding.Broken(
                Areas.Home, $"others may write to {folder.Path}, so nothing in it can be trusted, and commands refuse", $"chmod 700 {ShellWords.Quote(folder.Path)}");
        else if ((folder.Mode & Owned) != Owned)
            yield return Finding.Broken(Areas.Home, $"{folder.Path} is closed to its owner", $"chmod 700 {ShellWords.Quote(folder.Path)}");
        else if (folder.IsOpenToOthers)
            yield return Finding.Degraded(
                Areas.Home, $"other users can access {folder.Path}, which holds environments and logs", $"chmod 700 {ShellWords.Quote(folder.Path)}");
    }

    private static IEnumerable<Finding> OfFiles(HomeSight.There home)
    {
        // In another user's folder, they are that user's, too.
        var foreign = home.Files.Where(file => file.Owner != home.User).ToList();
        if (foreign.Count > 0 && home.Folder.Owner == home.User)
            yield return Finding.Broken(
                Areas.Home,
                $"{Names(home, foreign)} {(foreign.Count == 1 ? "belongs" : "belong")} to another user, as happens once sentinel has been run with sudo",
                $"sudo chown -R {home.User} {ShellWords.Quote(home.Path)}");
        var open = home.Files.Where(file => file.IsOpenToOthers).ToList();
        if (open.Count > 0)
            yield return Finding.Degraded(
                Areas.Home, $"{Names(home, open)} {(open.Count == 1 ? "is" : "are")} open to others", $"chmod -R go= {ShellWords.Quote(home.Path)}");
    }

    private static IEnumerable<Finding> OfDisk(string path, Disk disk)
    {
        if (disk.IsReadOnly)
            yield return Finding.Broken(Areas.Home, $"the file system of {path} is read-only: nothing can be changed", $"mount it writable, or {Elsewhere}");
        else if (!disk.HasFilesLeft)
            yield return Finding.Broken(Areas.Home, $"the file system of {path} cannot hold more files: nothing can be saved", "delete some; 'df -i' shows how many there are");
        else if (disk.FreeBytes < Megabyte)
            yield return Finding.Broken(
                Areas.Home, $"the disk of {path} is full: nothing can be saved, and logs lose lines", "free some space: 'sentinel clean --logs' deletes processes that are not running, with their logs");
        else if (disk.FreeBytes is < LittleBytes and var little)
            yield return Finding.Degraded(
                Areas.Home, $"the disk of {path} has {Free(little)} free", "free some space: 'sentinel clean --logs' deletes processes that are not running, with their logs");
        if (disk.IsOfNetwork)
            yield return Finding.Degraded(
                Areas.Home, $"{path} is on {disk.FileSystem}: locks and renames depend on its server, and other machines list processes that they do not have",
                "set SENTINEL_HOME to a folder on a disk of this machine");
    }

    private static string Names(HomeSight.There home, List<FileSight> files)
    {
        var first = Path.GetRelativePath(home.Path, files[0].Path);
        return files.Count == 1 ? first : $"{first} and {files.Count - 1} more";
    }

    private static string Free(long bytes) => bytes >= 10 * 1024 * Megabyte ? $"{bytes / (1024 * Megabyte)} GB" : $"{bytes / Megabyte} MB";
}
