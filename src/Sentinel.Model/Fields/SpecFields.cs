using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>The table of all settings of a process, in the order in which help shows them and in which they are given.</summary>
public static class SpecFields
{
    public static readonly IReadOnlyList<SpecField> All =
        [.. StartFields.All, .. SocketFields.All, .. LeaseFields.All, .. TreatmentFields.All, .. LifeFields.All, .. WatchFields.All, .. HealthFields.All, .. NeedFields.All, .. ScheduleFields.All];

    private static readonly Dictionary<string, SpecField> ByKey = All.ToDictionary(field => field.Key);

    /// <summary>Those that <c>options</c> in a spec holds.</summary>
    public static readonly SpecField[] Options = [.. All.Where(field => field.IsOption)];

    /// <summary>What can be reset: fields, and the choices that some of them make up.</summary>
    public static readonly IReadOnlyList<string> Resettable =
        [.. All.Where(field => !field.IsRequired).SelectMany(field => new[] { field.Choice, field.Key }.OfType<string>()).Distinct()];

    /// <summary>Null: there is none.</summary>
    public static SpecField? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>Gives fields the values that a user has chosen.</summary>
    /// <exception cref="FormatException">A value cannot be, or two contradict each other; the message says why.</exception>
    public static ProcessSpec Give(ProcessSpec spec, IReadOnlyDictionary<SpecField, IReadOnlyList<string>> values, Asker asker)
    {
        if (values.Count == 0)
            return spec;
        var given = All.Where(values.ContainsKey).ToList();
        foreach (var same in given.Where(field => field.Choice is not null).GroupBy(field => field.Choice).Where(same => same.Count() > 1))
            throw new FormatException($"--{same.First().Key} and --{same.ElementAt(1).Key} exclude each other; use one of them");
        spec = given.Aggregate(spec, (before, field) => field.Give(before, values[field], asker));
        if (given.Find(field => field.Needs is { } needed && ByKey[needed].Get(spec).Count == 0) is { } idle)
            throw new FormatException($"--{idle.Key} needs --{idle.Needs}");
        return WhyNot(spec) is { } why ? throw new FormatException($"--{why}") : spec;
    }

    /// <summary>What contradicts itself in a spec, from the key of a field on; null: nothing.</summary>
    public static string? WhyNot(ProcessSpec spec) => spec.SocketOfReadiness is { } socket
        ? $"ready-{spec.Readiness!.Probe!.Kind.Word()} asks {socket.Address}, a socket that Sentinel holds: while a new run starts, the old one would answer. "
            + "Use ready-notify, ready-log, ready-exec, or a port of its own"
        : spec is { OnDemand: true, Schedule: not null } ? "on-demand and a schedule exclude each other"
        : spec is { Watch.Then: WatchAction.NoGap, Sockets.Count: 0 } ? "watch-then no-gap needs a socket"
        : null;

    /// <param name="name">Of a field or of a choice.</param>
    public static ProcessSpec Reset(ProcessSpec spec, string name) =>
        All.Where(field => field.Key == name || field.Choice == name).Aggregate(spec, (before, field) => field.Reset(before));

    /// <summary>The fields in which two specs differ.</summary>
    public static IEnumerable<SpecField> Changed(ProcessSpec before, ProcessSpec after) => All.Where(field => !field.IsSame(before, after));

    /// <summary>The fields of a change that take effect only at the next start of a process that runs.</summary>
    public static IEnumerable<SpecField> AtNextStart(ProcessSpec before, ProcessSpec after) =>
        Changed(before, after).Where(field => !field.IsAtOnce(before, after));
}
