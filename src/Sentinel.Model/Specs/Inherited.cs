using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>
/// What a process inherits from its caller besides its folder, environment and umask: through fork(2), when the caller starts it.
/// Recorded at <c>run</c>, so that the daemon, or a command from another shell, gives it the same at every start.
/// </summary>
public sealed record Inherited
{
    private const string LimitsWord = "limits", GroupsWord = "groups", GroupWord = "gid", NiceWord = "nice", CpusWord = "cpus",
        OomWord = "oom", IoWord = "ionice", PolicyWord = "policy", NoNewPrivilegesWord = "no-new-privs";

    /// <summary>Only actual limits; every resource not listed is unlimited.</summary>
    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    public int Nice { get; init; }

    /// <summary>As ioprio_get(2) returns it; 0: none of its own.</summary>
    public int IoPriority { get; init; }

    /// <summary>As sched_getscheduler(2) returns it; 0: the usual one.</summary>
    public int Policy { get; init; }

    /// <summary>The CPUs that it may run on; null: all.</summary>
    public IReadOnlyList<int>? Cpus { get; init; }

    public int OomScoreAdjust { get; init; }

    /// <summary>Whether no program that it executes can give it more privileges; see PR_SET_NO_NEW_PRIVS(2const).</summary>
    public bool NoNewPrivileges { get; init; }

    public uint Group { get; init; }

    /// <summary>The supplementary groups, in ascending order.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    /// <summary>The limit on a resource; unlimited if none is recorded.</summary>
    public ResourceLimit Limit(string name) =>
        Limits.FirstOrDefault(limit => limit.Name == name) ?? new ResourceLimit(name, ResourceLimit.Unlimited, ResourceLimit.Unlimited);

    /// <summary>A short text that leaves out default values: <c>gid=0 nice=3 limits=nofile=512:1024,core=0</c>.</summary>
    public override string ToString()
    {
        var words = new List<string> { $"{GroupWord}={Group}" };
        AddList(GroupsWord, Groups);
        AddNumber(NiceWord, Nice);
        AddNumber(IoWord, IoPriority);
        AddNumber(PolicyWord, Policy);
        AddNumber(OomWord, OomScoreAdjust);
        AddList(CpusWord, Cpus ?? []);
        AddNumber(NoNewPrivilegesWord, NoNewPrivileges ? 1 : 0);
        AddList(LimitsWord, Limits);
        return string.Join(' ', words);

        void AddNumber(string word, int number)
        {
            if (number != 0)
                words.Add(string.Create(CultureInfo.InvariantCulture, $"{word}={number}"));
        }

        void AddList<T>(string word, IReadOnlyCollection<T> items)
        {
            if (items.Count > 0)
                words.Add($"{word}={string.Join(',', items)}");
        }
    }

    /// <exception cref="FormatException">The text is not in the form that <see cref="ToString"/> writes.</exception>
    public static Inherited Parse(string text) => text.Split(' ').Aggregate(new Inherited(), (inherited, word) =>
    {
        var end = word.IndexOf('=');
        var value = word[(end + 1)..];
        return (end < 0 ? word : word[..end]) switch
        {
            GroupWord => inherited with { Group = Id(value) },
            GroupsWord => inherited with { Groups = [.. value.Split(',').Select(Id)] },
            NiceWord => inherited with { Nice = Number(value) },
            IoWord => inherited with { IoPriority = Number(value) },
            PolicyWord => inherited with { Policy = Number(value) },
            OomWord => inherited with { OomScoreAdjust = Number(value) },
            CpusWord => inherited with { Cpus = CpuList.Parse(value) },
            NoNewPrivilegesWord => inherited with { NoNewPrivileges = Number(value) != 0 },
            LimitsWord => inherited with { Limits = [.. value.Split(',').Select(ResourceLimit.Parse)] },
            var other => throw new FormatException($"'{other}' is not inherited"),
        };
    });

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static uint Id(string text) => uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
