using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Groups;

/// <summary>
/// The control groups of trees that have limits. A group with processes of its own cannot hand controllers on to groups below
/// (cgroups(7), "no internal processes"), and our own group contains us. So they are made in a shelf, a group without processes,
/// in the nearest group from ours upwards that can have one. The shelf itself hands the controllers on: while it does, nobody above
/// can take them away, and no limit is lost unnoticed.
/// </summary>
/// <param name="mount">Where cgroup v2 is mounted; null: it is not.</param>
/// <param name="own">The folder of the group that we are in.</param>
/// <param name="onVersion1">The controllers that v1 has.</param>
internal sealed class LimitedGroups(string? mount, string own, IReadOnlyCollection<string> onVersion1)
{
    // One for each user; not the name of a tree, which begins with sentinel-. Never removed: another may be about to use it.
    private static readonly string Shelf = $"sentinel.{LibC.geteuid()}";

    private const string FirstProcess = "supervisor";
    private const int CpuPeriodMicroseconds = 100_000;
    private const uint Searchable = 0x1ed; // 0755
    private const string Unit = "the daemon as a unit with Delegate=yes ('sentinel startup systemd --install'; with User= it takes systemd 254)";

    private static readonly string Hint = "what works: " + (LibC.geteuid() == 0
        ? $"{Unit}; in a container, 'sentinel daemon run' as its first process, with /sys/fs/cgroup writable"
        : $"{Unit}; sentinel as root; or, without a daemon, 'systemd-run --user --scope -p Delegate=yes sentinel run ...'");

    /// <summary>Why a tree cannot have such limits now; null when it can. Changes nothing.</summary>
    public string? WhyNot(TreeLimits limits) => limits.IsNone ? null : Find([.. limits.Controllers], out _);

    /// <summary>The group of a run, with its limits; new, with its counters at zero, unless a process is in it.</summary>
    /// <exception cref="SpawnException">It cannot be made.</exception>
    public SafeFileHandle Make(string name, TreeLimits limits)
    {
        string[] controllers = [.. limits.Controllers];
        if (Find(controllers, out var place) is { } why)
            throw new SpawnException(why);
        try
        {
            var shelf = MakeShelf(place, controllers);
            var group = Path.Combine(shelf, name);
            // It is there for a probe; but not a group that was killed, see Child.Make.
            LibC.rmdir(group);
            MakeFolder(group);
            Limit(group, limits);
            var open = LibC.open(group, LibC.O_PATH | LibC.O_DIRECTORY | LibC.O_CLOEXEC, 0);
            return open.IsInvalid ? throw SystemCallException.Last("open", group) : open;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpawnException($"its limits cannot be set: {e.Message.TrimEnd('.')}");
        }
    }

    /// <summary>The group of a run; null when there is none.</summary>
    public string? Of(string name) => Upwards().Select(group => Path.Combine(group, Shelf, name)).FirstOrDefault(Directory.Exists);

    /// <summary>The shelves that there are.</summary>
    public IEnumerable<string> Shelves => Upwards().Select(group => Path.Combine(group, Shelf)).Where(Directory.Exists);

    // Null when there is a place for a shelf; else why there is none.
    private string? Find(string[] controllers, out string place)
    {
        place = "";
        var option = string.Join(" and ", controllers.Select(TreeLimits.OptionOf));
        if (mount is null)
            return $"{option}: cgroup v2 is not mounted here; boot with systemd.unified_cgroup_hierarchy=1, or in a container mount cgroup2 at /sys/fs/cgroup";
        if (controllers.Except(GroupFile.Words(mount, "cgroup.controllers")).FirstOrDefault() is { } missing)
            return onVersion1.Contains(missing)
                ? $"{TreeLimits.OptionOf(missing)} needs the {missing} controller of cgroup v2, and this machine has it on v1; "
                    + $"boot with systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1={missing}"
                : $"{TreeLimits.OptionOf(missing)} needs the {missing} controller, and {mount} has none; "
                    + $"the kernel may have it off (see /proc/cgroups; boot with cgroup_enable={missing}), or keep it from this container";

        string? lacking = null, busy = null;
        foreach (var group in Upwards().Where(IsOurs))
        {
            if (controllers.Except(GroupFile.Words(group, "cgroup.controllers")).FirstOrDefault() is { } notHere)
                lacking ??= $"the {notHere} controller is not handed on to {group}";
            else if (IsRoot(group) || GroupFile.Words(group, "cgroup.procs") is [] || IsFirstProcessAlone(group))
                place = group;
            else
                busy ??= $"{group} has processes of its own, so it cannot limit others";
            if (place.Length > 0)
                return null;
        }

        return $"{option}: {busy ?? lacking ?? $"no control group can be made, neither in {own} nor above"}; {Hint}";
    }

    private string MakeShelf(string place, string[] controllers)
    {
        if (!IsRoot(place) && GroupFile.Words(place, "cgroup.procs").Length > 0)
        {
            MakeFolder(Path.Combine(place, FirstProcess));
            File.WriteAllText(Path.Combine(place, FirstProcess, "cgroup.procs"), $"{Environment.ProcessId}");
        }

        var shelf = Path.Combine(place, Shelf);
        HandOn(place);
        MakeFolder(shelf);
        HandOn(shelf);
        return shelf;

        void HandOn(string group)
        {
            if (controllers.Except(GroupFile.Words(group, "cgroup.subtree_control")).Any())
                File.WriteAllText(Path.Combine(group, "cgroup.subtree_control"), string.Join(' ', controllers.Select(controller => $"+{controller}")));
        }
    }

    private static void Limit(string group, TreeLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
        {
            // The kernel counts whole pages.
            Write("memory.max", $"{memory / Environment.SystemPageSize * Environment.SystemPageSize}");
            // A tree that has lost some processes is seldom of use: all of it ends, and is started again as a whole.
            Write("memory.oom.group", "1");
            // Without swap there is no such file. With it, the limit would only move memory there.
            if (File.Exists(Path.Combine(group, "memory.swap.max")))
                Write("memory.swap.max", "0");
        }

        if (limits.CpuPercent is { } cpu)
            Write("cpu.max", $"{cpu * (long)CpuPeriodMicroseconds / 100} {CpuPeriodMicroseconds}");
        if (limits.Pids is { } pids)
            Write("pids.max", $"{pids}");

        void Write(string file, string value)
        {
            var path = Path.Combine(group, file);
            File.WriteAllText(path, value);
            if (File.ReadAllText(path).Trim() is var read && read != value)
                throw new IOException($"{path} has {read} after {value} was written");
        }
    }

    private IEnumerable<string> Upwards()
    {
        for (var group = own; mount is not null && group.Length > 0; group = Path.GetDirectoryName(group)!)
        {
            yield return group;
            // A process in a tree stays in it, or it would escape the limits of that tree.
            if (group == mount || ControlGroup.IsOfATree(group))
                yield break;
        }
    }

    private static bool IsOurs(string group) =>
        LibC.access(group, LibC.W_OK) == 0
        && LibC.access(Path.Combine(group, "cgroup.procs"), LibC.W_OK) == 0
        && LibC.access(Path.Combine(group, "cgroup.subtree_control"), LibC.W_OK) == 0;

    // The real root has processes and still hands controllers on; the root of a container, which looks the same, does not.
    private static bool IsRoot(string group) => !File.Exists(Path.Combine(group, "cgroup.type"));

    // It can move to a group below, for nobody else will be put here: there is no other first process.
    private static bool IsFirstProcessAlone(string group) =>
        Environment.ProcessId == 1 && GroupFile.Words(group, "cgroup.procs") is ["1"];

    private static void MakeFolder(string path)
    {
        if (LibC.mkdir(path, Searchable) == 0)
            return;
        var failure = SystemCallException.Last("make", path);
        if (!Directory.Exists(path))
            throw failure;
    }
}
