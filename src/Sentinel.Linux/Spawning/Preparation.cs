using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>A system call that a child makes before its program's first instruction, and what it is for.</summary>
internal readonly record struct PreparingCall(string What, nint Number, nint First = 0, nint Second = 0, nint Third = 0, nint Fourth = 0);

/// <summary>Gives a child what its <see cref="Treatment"/> asks for; if the system refuses any of it, nothing is started.</summary>
internal static unsafe class Preparation
{
    // setpriority, ioprio_set, sched_setaffinity, prlimit64, openat, write, close, setgroups, setresgid, setresuid,
    // sched_setscheduler, prctl, ioctl; asm/unistd.h.
    private static readonly int[] Numbers = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? [140, 30, 122, 261, 56, 64, 57, 159, 149, 147, 119, 167, 29]
        : [141, 251, 203, 302, 257, 1, 3, 116, 119, 117, 144, 157, 16];

    private const int SetNoNewPrivileges = 38;

    private const int OpenFiles = 7; // RLIMIT_NOFILE

    private const int CpuSetBytes = 128;

    /// <param name="inherited">What it inherits where nothing is asked for, and what it inherits anyway; null: only the latter.</param>
    /// <param name="cookie">The cookie of its tree, whose mark it gets; null: it belongs to none.</param>
    /// <param name="firstFree">The descriptor that the first file opened by the child gets.</param>
    /// <param name="hasTerminal">Whether its standard input is a terminal of its own.</param>
    /// <param name="strings">Keeps what the calls point to.</param>
    public static IReadOnlyList<PreparingCall> Of(
        Treatment treatment, Account? account, (Inherited Wanted, Inherited Own)? inherited, string? cookie, int firstFree, NativeStrings strings, bool hasTerminal)
    {
        var calls = new List<PreparingCall>();
        var (wanted, own) = (inherited?.Wanted, inherited?.Own);
        // Its session is new, and has none.
        if (hasTerminal)
            calls.Add(new PreparingCall("give it its terminal", Numbers[12], 0, PseudoTerminal.TakeTerminal, 0));
        if (wanted is not null)
            treatment = Inheritance.Together(treatment, wanted, own!, Rights.Own.Value);
        if (Descriptors.InheritedWhereRaised() is var (soft, hard))
            calls.Add(Limit("give it the limit of open files that it would have", OpenFiles, soft, hard, strings));
        if (treatment.OomScoreAdjust is { } score)
        {
            var text = Encoding.ASCII.GetBytes(score.ToString(CultureInfo.InvariantCulture));
            calls.Add(new PreparingCall($"give it the OOM score adjustment {score}", Numbers[4], LibC.AT_FDCWD, (nint)strings.Add("/proc/self/oom_score_adj"u8.ToArray()), LibC.O_WRONLY));
            calls.Add(new PreparingCall($"give it the OOM score adjustment {score}", Numbers[5], firstFree, (nint)strings.Add(text), text.Length));
            calls.Add(new PreparingCall("close a file", Numbers[6], firstFree));
        }

        foreach (var limit in treatment.Limits)
            calls.Add(Limit($"set the limit {limit}", ResourceLimit.Names.ToList().IndexOf(limit.Name), limit.Soft, limit.Hard, strings));

        if (wanted is not null && Inheritance.SetsPolicy(wanted, own!, Rights.Own.Value))
        {
            var priority = BitConverter.GetBytes(Scheduling.PriorityOf(wanted.Policy));
            calls.Add(new PreparingCall("give it its caller's scheduling policy", Numbers[10], 0, Scheduling.PolicyOf(wanted.Policy), (nint)strings.Add(priority)));
        }

        if (cookie is not null && Mark(treatment, cookie) is { } mark)
            calls.Add(new PreparingCall("mark it", Numbers[3], 0, RealTimeLimit.Number, (nint)strings.Add(mark)));
        if (treatment.Nice is { } nice)
            calls.Add(new PreparingCall($"set nice to {nice}", Numbers[0], 0, 0, nice));
        if (treatment.IoPriority is { } disks)
            calls.Add(new PreparingCall($"set ionice to {disks}", Numbers[1], 1, 0, (disks.Class << 13) | disks.Level));
        if (treatment.Cpus is { } cpus)
        {
            var set = new byte[CpuSetBytes];
            foreach (var cpu in cpus)
                set[cpu / 8] |= (byte)(1 << (cpu % 8));
            calls.Add(new PreparingCall($"keep it to the CPUs {string.Join(',', cpus)}", Numbers[2], 0, CpuSetBytes, (nint)strings.Add(set)));
        }

        if (account is not null)
        {
            var what = $"run it as {account.Name}";
            var groups = MemoryMarshal.AsBytes(account.Groups.ToArray().AsSpan()).ToArray();
            // Last, since nothing more may be allowed after it. Only root has groups to set.
            if (account.Groups.Count > 0)
                calls.Add(new PreparingCall(what, Numbers[7], account.Groups.Count, (nint)strings.Add(groups)));
            calls.Add(new PreparingCall(what, Numbers[8], (nint)account.GroupId, (nint)account.GroupId, (nint)account.GroupId));
            calls.Add(new PreparingCall(what, Numbers[9], (nint)account.UserId, (nint)account.UserId, (nint)account.UserId));
        }

        else if (wanted is not null && Inheritance.SetsGroups(wanted, own!, Rights.Own.Value))
        {
            const string what = "give it its caller's groups";
            var groups = MemoryMarshal.AsBytes(wanted.Groups.ToArray().AsSpan()).ToArray();
            calls.Add(new PreparingCall(what, Numbers[7], wanted.Groups.Count, (nint)strings.Add(groups)));
            calls.Add(new PreparingCall(what, Numbers[8], (nint)wanted.Group, (nint)wanted.Group, (nint)wanted.Group));
        }

        if (wanted is { NoNewPrivileges: true } && !own!.NoNewPrivileges)
            calls.Add(new PreparingCall("keep it from gaining privileges", Numbers[11], SetNoNewPrivileges, 1));
        return calls;
    }

    // Null when it cannot be set, or a limit is wanted in its place.
    private static byte[]? Mark(Treatment treatment, string cookie)
    {
        var wanted = treatment.Limits.FirstOrDefault(limit => limit.Name == RealTimeLimit.Name);
        var mark = TreeMark.Of(cookie);
        if (wanted?.Soft < TreeMark.Least || (wanted?.Hard ?? RealTimeLimit.Hard(Numbers[3])) is not { } hard || hard < mark)
            return null;
        var values = new byte[2 * sizeof(ulong)];
        MemoryMarshal.Write(values, mark);
        MemoryMarshal.Write(values.AsSpan(sizeof(ulong)), hard);
        return values;
    }

    private static PreparingCall Limit(string what, int resource, ulong soft, ulong hard, NativeStrings strings)
    {
        var values = new byte[2 * sizeof(ulong)];
        MemoryMarshal.Write(values, soft);
        MemoryMarshal.Write(values.AsSpan(sizeof(ulong)), hard);
        return new PreparingCall(what, Numbers[3], 0, resource, (nint)strings.Add(values));
    }
}
