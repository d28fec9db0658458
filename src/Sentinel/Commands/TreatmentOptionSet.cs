using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>How the system is to treat a process of <c>run</c>.</summary>
internal sealed class TreatmentOptionSet
{
    private readonly Option<string?> _user = new("--user")
    {
        Description = "Run as this user, with their groups and home directory (root only)",
        HelpName = "name|uid[:group]",
    };

    private readonly Option<int?> _nice = SharedOptions.Number("--nice", -20, 19, "Its share of the CPU: -20 (most) to 19 (least)");

    private readonly Option<IoPriority?> _ioPriority = SharedOptions.Parsed(
        "--ionice", "class[:level]", "Its share of the disks: idle, best-effort[:0-7] or realtime[:0-7], where 0 is the most", IoPriority.Parse);

    private readonly Option<IReadOnlyList<int>?> _cpus = SharedOptions.Parsed("--cpu-affinity", "cpus", "CPUs it may run on: 0,2-3", CpuList.Parse);

    private readonly Option<int?> _oomScore = SharedOptions.Number(
        "--oom-score-adj", -1000, 1000, "How soon it is killed when memory runs out: -1000 (never) to 1000 (first)");

    private readonly Option<int?> _umask = new("--umask")
    {
        Description = "Its file mode creation mask, octal [default: yours]",
        HelpName = "mask",
        CustomParser = Umask,
    };

    private readonly Option<string[]> _limits = new("--limit")
    {
        Description = "Set a resource limit: nofile=65536, core=0:unlimited (repeatable)",
        HelpName = "name=number",
    };

    private readonly Option<long?> _memory = SharedOptions.Amount(
        "--memory-max", "size", "Memory limit for the process and all that it started: 200M, 1.5G; when they need more, all are killed. Needs cgroup v2", TreeLimits.ParseMemory);

    private readonly Option<int?> _cpu = SharedOptions.Amount(
        "--cpu-max", "percent", "CPU limit for the process and all that it started: 50%, 150%. Needs cgroup v2", TreeLimits.ParseCpu);

    private readonly Option<int?> _pids = SharedOptions.Amount(
        "--pids-max", "number", "Limit of processes and threads, for the process and all that it started. Needs cgroup v2", TreeLimits.ParsePids);

    public void AddTo(System.CommandLine.Command command)
    {
        foreach (var option in new Option[] { _user, _nice, _ioPriority, _cpus, _oomScore, _umask, _limits, _memory, _cpu, _pids })
            command.Options.Add(option);
        command.Check(result => Limits(result.GetValue(_limits)!));
    }

    public ProcessSpec In(ParseResult result, ProcessSpec spec)
    {
        var (before, limits) = (spec.Treatment, Limits(result.GetValue(_limits)!));
        return spec with
        {
            Umask = result.GetValue(_umask) ?? spec.Umask,
            Treatment = new Treatment
            {
                User = result.GetValue(_user) ?? before.User,
                Nice = result.GetValue(_nice) ?? before.Nice,
                IoPriority = result.GetValue(_ioPriority) ?? before.IoPriority,
                Cpus = result.GetValue(_cpus) ?? before.Cpus,
                OomScoreAdjust = result.GetValue(_oomScore) ?? before.OomScoreAdjust,
                Limits = [.. before.Limits.Where(old => limits.All(limit => limit.Name != old.Name)), .. limits],
                Tree = new TreeLimits(
                    result.GetValue(_memory) ?? before.Tree.MemoryBytes,
                    result.GetValue(_cpu) ?? before.Tree.CpuPercent,
                    result.GetValue(_pids) ?? before.Tree.Pids),
            },
        };
    }

    private static List<ResourceLimit> Limits(string[] words)
    {
        var limits = words.Select(ResourceLimit.Parse).ToList();
        foreach (var same in limits.GroupBy(limit => limit.Name).Where(same => same.Count() > 1))
            throw new FormatException($"--limit {same.Key} is given twice");
        return limits;
    }

    private static int? Umask(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Length is > 0 and <= 4 && text.All(digit => digit is >= '0' and <= '7') && Convert.ToInt32(text, 8) is <= 511 and var mask)
            return mask;
        result.AddError($"--umask takes an octal mask such as 022, not '{text}'");
        return null;
    }
}
