using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Diagnosis;

namespace Sentinel.Linux;

/// <summary>
/// A control group (cgroup v2, see cgroups(7)) for each tree, below our own, where the system lets us make one. Nothing is
/// limited by it: it is a cookie in another place, which a process cannot take off by emptying its environment.
/// </summary>
public static class ControlGroup
{
    private const string Prefix = "sentinel-";
    private const uint OwnerOnly = 0x1c0; // 0700

    private static readonly Lazy<string?> Own = new(FindOwn);

    /// <summary>The group of a tree, made when it is not there; null where this cannot be.</summary>
    internal static SafeFileHandle? Open(string cookie)
    {
        if (Own.Value is not { } own)
            return null;
        var path = Path.Combine(own, Prefix + cookie);
        LibC.mkdir(path, OwnerOnly);
        var group = LibC.open(path, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
        return group.IsInvalid ? null : group;
    }

    /// <summary>Removes the group of a tree, if it is there and nobody is in it.</summary>
    internal static void Remove(string cookie)
    {
        if (Own.Value is { } own)
            LibC.rmdir(Path.Combine(own, Prefix + cookie));
    }

    /// <summary>Whether there is a group of that tree, and nobody in it.</summary>
    internal static bool IsEmpty(string cookie)
    {
        try
        {
            return Own.Value is { } own
                && File.ReadAllText(Path.Combine(own, Prefix + cookie, "cgroup.events")).Contains("populated 0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The cookie in the name of the innermost of our groups that a process is in, or null.</summary>
    internal static string? CookieOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[16 * 1024];
        ReadOnlySpan<byte> groups = buffer[..Math.Max(0, ProcFile.Read(pid, "/cgroup\0"u8, buffer))];
        // Of the unified hierarchy, which is the line that begins with 0.
        foreach (var range in groups.Split((byte)'\n'))
        {
            var line = groups[range];
            var at = line.StartsWith("0::"u8) ? line.LastIndexOf("/sentinel-"u8) : -1;
            if (at < 0)
                continue;
            var cookie = line[(at + 1 + Prefix.Length)..];
            return Encoding.UTF8.GetString(cookie.IndexOf((byte)'/') is var end and >= 0 ? cookie[..end] : cookie);
        }

        return null;
    }

    /// <summary>The group that we are in; null where none could be made in it.</summary>
    internal static SafeFileHandle? OpenOwn() =>
        Own.Value is { } own && LibC.open(own, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0) is { IsInvalid: false } group ? group : null;

    /// <summary>What could be made, and where.</summary>
    public static ControlGroups Look()
    {
        if (Folder() is not { } folder)
            return new ControlGroups.None();
        if (Own.Value is not { } own)
            return new ControlGroups.Closed(folder);
        return new ControlGroups.Open(
            own, Words("cgroup.controllers"), Words("cgroup.subtree_control"), File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains(" - cgroup ")));

        string[] Words(string file) => File.ReadAllText(Path.Combine(own, file)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    private static string? FindOwn() => Folder() is { } own && LibC.access(own, LibC.W_OK) == 0 ? own : null;

    private static string? Folder() => OwnPath() is { } path && MountPoint() is { } mount ? mount + path.TrimEnd('/') : null;

    private static string? OwnPath()
    {
        try
        {
            return File.ReadLines("/proc/self/cgroup")
                .FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // See proc_pid_mountinfo(5): the fifth field is the mount point, the one after the dash the kind of file system.
    private static string? MountPoint()
    {
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
            if (line.Contains(" - cgroup2 "))
                return line.Split(' ')[4];
        return null;
    }
}
