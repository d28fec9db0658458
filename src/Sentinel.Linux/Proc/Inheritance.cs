using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Proc;

/// <summary>What a child would inherit from us, and how near it can come to what it would inherit from another.</summary>
internal static unsafe class Inheritance
{
    // prlimit64, getpriority, ioprio_get, sched_getscheduler, sched_getparam, sched_getaffinity, sched_setaffinity; asm/unistd.h.
    private static readonly int[] Numbers = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? [261, 141, 31, 120, 121, 123, 122]
        : [302, 140, 252, 145, 143, 204, 203];

    private const int GetNoNewPrivileges = 39;
    private const int OnlineCpus = 84; // _SC_NPROCESSORS_ONLN
    private const int CpuSetBytes = 128;
    private const int SetGroups = 6, SystemNice = 23, SystemResource = 24; // Capabilities.
    private const int MostGroups = 65536;
    private const int Idle = 5; // SCHED_IDLE
    private const int Realtime = 1; // IOPRIO_CLASS_RT

    // It matters to real-time programs only.
    private const string NotInherited = "rttime";

    /// <summary>What a child of ours inherits if nothing is done.</summary>
    public static Inherited Own()
    {
        var parameter = 0;
        LibC.syscall(Numbers[4], 0, (nint)(&parameter), 0, 0);
        return new Inherited
        {
            Limits = OwnLimits(),
            // The system call returns 20 - nice, so that no result looks like an error.
            Nice = 20 - (int)LibC.syscall(Numbers[1], 0, 0, 0, 0),
            IoPriority = Math.Max(0, (int)LibC.syscall(Numbers[2], 1, 0, 0, 0)),
            Policy = Scheduling.Policy((int)LibC.syscall(Numbers[3], 0, 0, 0, 0), parameter),
            Cpus = CpusOf(Affinity()),
            OomScoreAdjust = int.TryParse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture, out var score) ? score : 0,
            NoNewPrivileges = LibC.prctl_get(GetNoNewPrivileges, 0, 0, 0, 0) == 1,
            Group = LibC.getegid(),
            Groups = OwnGroups(),
        };
    }

    /// <summary>The same, for a caller. CPUs that the system confines us to, as it does a container, count as all CPUs.</summary>
    public static Inherited OfCaller()
    {
        var own = Own();
        if (own.Cpus is null)
            return own;
        var ours = Affinity();
        var all = new byte[CpuSetBytes];
        Array.Fill(all, (byte)0xff);
        SetAffinity(all);
        var allowed = Affinity();
        SetAffinity(ours);
        return ours.AsSpan().SequenceEqual(allowed) ? own with { Cpus = null } : own;
    }

    /// <summary>How to treat a child so that it gets what is asked for, otherwise what it should inherit, as far as we can.</summary>
    public static Treatment Together(Treatment asked, Inherited wanted, Inherited own, Rights may) => asked with
    {
        Nice = asked.Nice ?? (wanted.Nice != own.Nice && IsNiceEnough(wanted, own, may) ? wanted.Nice : null),
        IoPriority = asked.IoPriority ?? (wanted.IoPriority != own.IoPriority && MayHaveDisk(wanted, may)
            ? new IoPriority(wanted.IoPriority >> 13, wanted.IoPriority & 7)
            : null),
        Cpus = asked.Cpus ?? (IsSame(wanted.Cpus, own.Cpus) ? null : wanted.Cpus ?? [.. Enumerable.Range(0, CpuSetBytes * 8)]),
        OomScoreAdjust = asked.OomScoreAdjust ?? (wanted.OomScoreAdjust != own.OomScoreAdjust && IsKillable(wanted, own, may) ? wanted.OomScoreAdjust : null),
        Limits =
        [
            .. asked.Limits,
            .. Inheritable(asked).Select(name => May(wanted.Limit(name), own.Limit(name), may)).Where(limit => limit != own.Limit(limit.Name)),
        ],
    };

    /// <summary>Whether a child's groups must be set, and can be.</summary>
    public static bool SetsGroups(Inherited wanted, Inherited own, Rights may) => may.Has(SetGroups) && !HasSameGroups(wanted, own);

    public static bool SetsPolicy(Inherited wanted, Inherited own, Rights may) => wanted.Policy != own.Policy && MaySchedule(wanted, own, may);

    /// <summary>Which part of what is wanted a child of ours cannot have, and why; null when it can have everything.</summary>
    public static string? Missing(Treatment asked, Inherited wanted, Inherited own, Rights may)
    {
        if (asked.User is null && !HasSameGroups(wanted, own) && !may.Has(SetGroups))
            return $"its caller's groups ({Text(wanted)}): its own are others ({Text(own)}), and it may not change them";
        if (asked.Nice is null && wanted.Nice != own.Nice && !IsNiceEnough(wanted, own, may))
            return $"its caller's nice of {wanted.Nice}: its own is {own.Nice}, and it may not lower it";
        if (asked.OomScoreAdjust is null && wanted.OomScoreAdjust != own.OomScoreAdjust && !IsKillable(wanted, own, may))
            return $"its caller's OOM score adjustment of {wanted.OomScoreAdjust}: its own is {own.OomScoreAdjust}, and it may not lower it";
        if (asked.IoPriority is null && wanted.IoPriority != own.IoPriority && !MayHaveDisk(wanted, may))
            return "its caller's disk priority: it may not set it";
        if (wanted.Policy != own.Policy && !MaySchedule(wanted, own, may))
            return "its caller's scheduling policy: it may not set it";
        if (own.NoNewPrivileges && !wanted.NoNewPrivileges)
            return "its caller's right to gain privileges, as by sudo: it has lost that right (no_new_privs)";
        var less = Inheritable(asked).Where(name => wanted.Limit(name).Soft > own.Limit(name).Hard && !may.Has(SystemResource)).FirstOrDefault();
        return less is null ? null : $"its caller's limit {wanted.Limit(less)}: its own is {own.Limit(less).Hard} at most";
    }

    private static IEnumerable<string> Inheritable(Treatment asked) =>
        ResourceLimit.Names.Where(name => name != NotInherited && asked.Limits.All(limit => limit.Name != name));

    // A hard limit that we may not raise becomes as high as ours.
    private static ResourceLimit May(ResourceLimit wanted, ResourceLimit own, Rights may)
    {
        var hard = may.Has(SystemResource) ? wanted.Hard : Math.Min(wanted.Hard, own.Hard);
        return wanted with { Soft = Math.Min(wanted.Soft, hard), Hard = hard };
    }

    private static bool IsNiceEnough(Inherited wanted, Inherited own, Rights may) =>
        wanted.Nice > own.Nice || may.Has(SystemNice) || 20 - wanted.Nice <= (long)Math.Min(own.Limit("nice").Soft, 40);

    private static bool IsKillable(Inherited wanted, Inherited own, Rights may) =>
        wanted.OomScoreAdjust > own.OomScoreAdjust || may.Has(SystemResource);

    private static bool MayHaveDisk(Inherited wanted, Rights may) => wanted.IoPriority >> 13 != Realtime || may.Has(SystemNice);

    private static bool MaySchedule(Inherited wanted, Inherited own, Rights may) =>
        may.Has(SystemNice) || (!Scheduling.IsRealtime(wanted.Policy) && own.Policy != Idle);

    private static bool HasSameGroups(Inherited one, Inherited other) => one.Group == other.Group && one.Groups.SequenceEqual(other.Groups);

    private static bool IsSame(IReadOnlyList<int>? one, IReadOnlyList<int>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other);

    private static string Text(Inherited inherited) => string.Join(", ", inherited.Groups.Prepend(inherited.Group).Distinct());

    private static List<ResourceLimit> OwnLimits()
    {
        var limits = new List<ResourceLimit>();
        var values = stackalloc ulong[2];
        for (var i = 0; i < ResourceLimit.Names.Count; i++)
            if (ResourceLimit.Names[i] != NotInherited
                && LibC.syscall(Numbers[0], 0, i, 0, (nint)values) == 0
                && (values[0], values[1]) != (ResourceLimit.Unlimited, ResourceLimit.Unlimited))
                limits.Add(new ResourceLimit(ResourceLimit.Names[i], values[0], values[1]));
        return limits;
    }

    private static uint[] OwnGroups()
    {
        var groups = new uint[Math.Clamp(LibC.getgroups(0, null), 0, MostGroups)];
        if (groups.Length > 0)
            fixed (uint* ids = groups)
                groups = groups[..Math.Max(0, LibC.getgroups(groups.Length, ids))];
        Array.Sort(groups);
        return groups;
    }

    private static byte[] Affinity()
    {
        var set = new byte[CpuSetBytes];
        fixed (byte* bytes = set)
            return LibC.syscall(Numbers[5], 0, set.Length, (nint)bytes, 0) > 0 ? set : [];
    }

    private static void SetAffinity(byte[] set)
    {
        fixed (byte* bytes = set)
            LibC.syscall(Numbers[6], 0, set.Length, (nint)bytes, 0);
    }

    private static List<int>? CpusOf(byte[] set)
    {
        var count = set.Sum(bits => BitOperations.PopCount(bits));
        return count == 0 || count >= LibC.sysconf(OnlineCpus)
            ? null
            : [.. Enumerable.Range(0, set.Length * 8).Where(cpu => (set[cpu / 8] & (1 << (cpu % 8))) != 0)];
    }
}
