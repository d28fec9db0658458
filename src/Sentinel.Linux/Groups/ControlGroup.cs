using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Groups;

/// <summary>
/// A control group (cgroup v2, see cgroups(7)) for each run, below our own, if the system lets us make one: a cookie in
/// another place, which a process cannot remove by emptying its environment. The group of a run with limits is made where
/// the system lets us set limits; see <see cref="LimitedGroups"/>.
/// </summary>
public static class ControlGroup
{
    private const string Prefix = "sentinel-";
    private const uint OwnerOnly = 0x1c0; // 0700

    private static readonly Lazy<string?> Own = new(FindOwn);

    private static readonly Lazy<LimitedGroups> Limited = new(() => new LimitedGroups(MountPoint(), Folder() ?? "", OnVersion1()));

    /// <summary>Why a tree cannot have such limits; null when it can.</summary>
    internal static string? WhyNot(TreeLimits limits) => limits.IsNone ? null : Limited.Value.WhyNot(limits);

    /// <summary>The group of a run, new unless a process is in it; null when it cannot be made and there are no limits.</summary>
    /// <exception cref="SpawnException">It cannot have its limits.</exception>
    internal static SafeFileHandle? Open(string cookie, TreeLimits limits)
    {
        if (!limits.IsNone)
            return Limited.Value.Make(Prefix + cookie, limits);
        if (Own.Value is not { } own)
            return null;
        var path = Path.Combine(own, Prefix + cookie);
        if (LibC.mkdir(path, OwnerOnly) != 0)
        {
            // It is there for a probe; but not a group that was killed: see Child.Make.
            LibC.rmdir(path);
            LibC.mkdir(path, OwnerOnly);
        }

        var group = LibC.open(path, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
        return group.IsInvalid ? null : group;
    }

    /// <summary>Removes the group of a run, if it exists and no process is in it.</summary>
    internal static void Remove(string cookie)
    {
        if (Own.Value is { } own && (LibC.rmdir(Path.Combine(own, Prefix + cookie)) == 0 || Marshal.GetLastPInvokeError() != LibC.ENOENT))
            return;
        if (Limited.Value.Of(Prefix + cookie) is { } group)
            LibC.rmdir(group);
    }

    /// <summary>Removes the groups of all runs that no process is in.</summary>
    /// <param name="records">The cookies of their records.</param>
    internal static void RemoveAll(IReadOnlyCollection<string> records)
    {
        var known = records.ToHashSet();
        string[] places = Own.Value is { } own ? [own, .. Limited.Value.Shelves] : [.. Limited.Value.Shelves];
        foreach (var group in places.SelectMany(GroupFile.Below))
            if (IsOfATree(group) && known.Contains(RunCookie.RecordOf(Path.GetFileName(group)[Prefix.Length..])))
                LibC.rmdir(group);
    }

    /// <summary>Whether any process is in the group of a tree; null when there is no group, or only strangers are in it.</summary>
    internal static bool? IsPopulated(string cookie, Func<int, bool> isStranger)
    {
        if (Of(cookie) is not { } group || IsPopulated(group) is not { } isPopulated)
            return null;
        if (!isPopulated)
            return false;
        var pids = PidsIn(group);
        // The list is empty when each process is gone by the time we look, while the kernel still counts some.
        return pids.Exists(pid => !isStranger(pid)) || (pids.Count == 0 && !HasTreesBelow(group)) ? true : null;
    }

    private static bool? IsPopulated(string group) => GroupFile.Number(group, "cgroup.events", "populated") switch { 0 => false, 1 => true, _ => null };

    // Includes the groups that the tree made for itself, but not those of trees that it supervises.
    private static List<int> PidsIn(string group)
    {
        List<int> pids = [.. GroupFile.Words(group, "cgroup.procs").Select(int.Parse)];
        foreach (var below in GroupFile.Below(group))
            if (!IsOurs(below))
                pids.AddRange(PidsIn(below));
        return pids;
    }

    private static bool HasTreesBelow(string group) =>
        GroupFile.Below(group).Any(below => IsOurs(below) ? IsPopulated(below) == true : HasTreesBelow(below));

    // The group of a tree, or a shelf of such groups.
    private static bool IsOurs(string group) => Path.GetFileName(group).StartsWith("sentinel", StringComparison.Ordinal);

    /// <summary>Whether a group is that of a tree; null when the tree has none, or the group is unknown.</summary>
    /// <param name="id">As the kernel numbers groups: the inode of its folder.</param>
    internal static bool? Has(string cookie, ulong? id) => id is not null && Of(cookie) is { } group ? Inode.At(group) == id : null;

    /// <summary>The counters of a tree with limits; null when there is none with that cookie.</summary>
    internal static GroupSighting? Look(string cookie)
    {
        if (Limited.Value.Of(Prefix + cookie) is not { } group)
            return null;
        // Cached files are dropped before anything is killed; recently used ones count.
        var memory = GroupFile.Number(group, "memory.current") - GroupFile.Number(group, "memory.stat", "inactive_file");
        return new GroupSighting(
            TimeSpan.FromMicroseconds(GroupFile.Number(group, "cpu.stat", "usage_usec") ?? 0),
            memory is { } bytes ? Math.Max(0, bytes) : null,
            GroupFile.Number(group, "memory.events", "oom_kill") > 0);
    }

    /// <summary>Sends SIGKILL to the whole group of a tree at once (Linux 5.14); false if it cannot, or others are in it too.</summary>
    internal static bool Kill(string cookie, Func<int, bool> isStranger)
    {
        if (Of(cookie) is not { } group)
            return false;
        try
        {
            // A Sentinel within the tree has its groups below this one or, if it may make none, its processes in this one.
            if (GroupFile.Below(group).Length > 0 || PidsIn(group).Exists(isStranger.Invoke))
                return false;
            File.WriteAllText(Path.Combine(group, "cgroup.kill"), "1");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a folder is the group of a tree.</summary>
    internal static bool IsOfATree(string group) => Path.GetFileName(group).StartsWith(Prefix, StringComparison.Ordinal);

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

    /// <summary>The group that we are in; null when we cannot make groups in it.</summary>
    internal static SafeFileHandle? OpenOwn() =>
        Own.Value is { } own && LibC.open(own, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0) is { IsInvalid: false } group ? group : null;

    /// <summary>What groups can be made, and where.</summary>
    public static ControlGroups Look()
    {
        if (Folder() is not { } folder)
            return new ControlGroups.None();
        if (Own.Value is not { } own)
            return new ControlGroups.Closed(folder);
        // Any amounts will do: they are not set.
        TreeLimits[] kinds = [new TreeLimits(MemoryBytes: TreeLimits.LeastMemoryBytes), new TreeLimits(CpuPercent: 100), new TreeLimits(Pids: 1)];
        return new ControlGroups.Open(
            own,
            [.. kinds.Where(kind => WhyNot(kind) is null).SelectMany(kind => kind.Controllers).Select(TreeLimits.OptionOf)],
            kinds.Select(WhyNot).FirstOrDefault(why => why is not null));
    }

    // A group without limits is below ours; one with limits has a place of its own.
    private static string? Of(string cookie) =>
        Own.Value is { } own && Path.Combine(own, Prefix + cookie) is var group && Directory.Exists(group) ? group : Limited.Value.Of(Prefix + cookie);

    private static string? FindOwn() => Folder() is { } own && LibC.access(own, LibC.W_OK) == 0 ? own : null;

    private static string? Folder() => OwnPath() is { } path && MountPoint() is { } mount ? mount + path.TrimEnd('/') : null;

    private static string? OwnPath() => Memberships().FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..];

    private static string[] OnVersion1() =>
        [.. Memberships().Where(line => !line.StartsWith("0::", StringComparison.Ordinal)).SelectMany(line => line.Split(':')[1].Split(','))];

    private static string[] Memberships()
    {
        try
        {
            return File.ReadAllLines("/proc/self/cgroup");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // See proc_pid_mountinfo(5): the fifth field is the mount point, the one after the dash the file system type.
    private static string? MountPoint()
    {
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
            if (line.Contains(" - cgroup2 "))
                return line.Split(' ')[4];
        return null;
    }
}
