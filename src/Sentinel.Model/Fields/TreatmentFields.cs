using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>How the system treats a process.</summary>
internal static class TreatmentFields
{
    public static readonly SpecField[] All =
    [
        new("user", FieldShape.Text, "name|uid[:group]", "Run as this user, with their groups and home directory (root only)")
        {
            Heading = "User, priorities and limits",
            Get = spec => FieldTexts.Of(spec.Treatment.User),
            Set = (spec, value) => With(spec, treatment => treatment with { User = value.Text }),
        },
        new("nice", FieldShape.Number, "number", "Its share of the CPU: -20 (most) to 19 (least)")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.Nice),
            Set = (spec, value) => With(spec, treatment => treatment with { Nice = value.Number(-20, 19) }),
        },
        new("ionice", FieldShape.Text, "class[:level]", "Its share of the disks: idle, best-effort[:0-7] or realtime[:0-7], where 0 is the most")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.IoPriority?.ToString()),
            Set = (spec, value) => With(spec, treatment => treatment with { IoPriority = value.Text is { } text ? IoPriority.Parse(text) : null }),
        },
        new("cpu-affinity", FieldShape.Text, "cpus", "CPUs it may run on: 0,2-3")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.Cpus is { } cpus ? string.Join(',', cpus) : null),
            Set = (spec, value) => With(spec, treatment => treatment with { Cpus = value.Text is { } text ? CpuList.Parse(text) : null }),
        },
        new("oom-score-adj", FieldShape.Number, "number", "How soon it is killed when memory runs out: -1000 (never) to 1000 (first)")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.OomScoreAdjust),
            Set = (spec, value) => With(spec, treatment => treatment with { OomScoreAdjust = value.Number(-1000, 1000) }),
        },
        new("umask", FieldShape.Text, "mask", "Its file mode creation mask, octal [default: yours]")
        {
            Get = spec => [Octal.Of(spec.Umask)],
            Set = (spec, value) => value.Text is { } text ? spec with { Umask = Umask(text) } : spec,
            IsRequired = true,
        },
        new("limit", FieldShape.Texts, "name=number", "Set a resource limit: nofile=65536, core=0:unlimited (repeatable)")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.Limits),
            Set = (spec, value) => With(spec, treatment => treatment with { Limits = value.AddedTo(treatment.Limits, ResourceLimit.Parse, limit => limit.Name) }),
        },
        new("memory-max", FieldShape.Text, "size",
            "Memory limit for the process and all that it started: 200M, 1.5G; when they need more, all are killed. Needs cgroup v2")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.Tree.MemoryBytes is { } bytes ? ByteSize.Words(bytes) : null),
            Set = (spec, value) => WithTree(spec, tree => tree with { MemoryBytes = value.Text is { } text ? TreeLimits.ParseMemory(text) : null }),
        },
        new("cpu-max", FieldShape.Text, "percent", "CPU limit for the process and all that it started: 50%, 150%. Needs cgroup v2")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.Tree.CpuPercent is { } percent ? $"{percent}%" : null),
            Set = (spec, value) => WithTree(spec, tree => tree with { CpuPercent = value.Text is { } text ? TreeLimits.ParseCpu(text) : null }),
        },
        new("pids-max", FieldShape.Number, "number", "Limit of processes and threads, for the process and all that it started. Needs cgroup v2")
        {
            Get = spec => FieldTexts.Of(spec.Treatment.Tree.Pids),
            Set = (spec, value) => WithTree(spec, tree => tree with { Pids = value.Text is { } text ? TreeLimits.ParsePids(text) : null }),
        },
    ];

    private static ProcessSpec With(ProcessSpec spec, Func<Treatment, Treatment> change) => spec with { Treatment = change(spec.Treatment) };

    private static ProcessSpec WithTree(ProcessSpec spec, Func<TreeLimits, TreeLimits> change) =>
        With(spec, treatment => treatment with { Tree = change(treatment.Tree) });

    private static int Umask(string text) =>
        text.Length is > 0 and <= 4 && text.All(digit => digit is >= '0' and <= '7') && Convert.ToInt32(text, 8) is <= 511 and var mask
            ? mask
            : throw new FormatException($"--umask takes an octal mask such as 022, not '{text}'");
}
