using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>What a process needs, as relations of units: systemd waits until another one has started, or ended if it is a task.</summary>
internal static class UnitNeeds
{
    /// <summary>The units of a process: one for each instance.</summary>
    /// <param name="name">Of its file, without the number of an instance.</param>
    public static IEnumerable<string> UnitsOf(Service service, string name) => service.Instances == 1
        ? [$"{name}.service"]
        : Enumerable.Range(1, service.Instances).Select(number => $"{name}@{number}.service");

    /// <summary>A file of a process without its kind: with instances, it is a template.</summary>
    /// <param name="name">Of the file, without the number of an instance.</param>
    public static string TemplateOf(Service service, string name) => service.Instances == 1 ? name : $"{name}@";

    /// <param name="unitsOf">The units of a process, one for each instance.</param>
    /// <param name="isWaitedFor">Whether the unit of a process has started only when the process is ready.</param>
    public static void Add(UnitText unit, Service service, Conversion conversion, Func<Service, IEnumerable<string>> unitsOf, Func<Service, bool> isWaitedFor)
    {
        service.TakeAll(FileKeys.Needs, FileKeys.After);
        foreach (var need in service.Spec.Needs)
        {
            if (service.Needed(need) is not { } other)
                continue;
            var units = string.Join(' ', unitsOf(other));
            unit.Add(need switch { { IsOptional: true } => "Wants", { IsBound: true } => "BindsTo", _ => "Requires" }, units);
            unit.Add("After", units);
            if (need.Restarts)
                unit.Add("PartOf", units);
            if (!IsMet(need.ConditionFor(other.Spec.IsTask).Kind, other, isWaitedFor))
                service.TellOf(FileKeys.Needs, need.Name, $"systemd waits only until {need.Name} has started, not until it is {need.ConditionFor(other.Spec.IsTask).Kind.ToString().ToLowerInvariant()}");
        }

        foreach (var name in service.Spec.After)
            if (conversion.Find(name) is { } other)
                unit.Add("After", string.Join(' ', unitsOf(other)));
            else
                service.TellOf(FileKeys.After, name, $"{name} is not of this project, so nothing is ordered by it");
    }

    private static bool IsMet(ConditionKind condition, Service other, Func<Service, bool> isWaitedFor) => condition switch
    {
        ConditionKind.Started => true,
        ConditionKind.Ready => other.Spec.Readiness?.Probe is null || isWaitedFor(other),
        ConditionKind.Done => other.Spec.IsTask,
        _ => false,
    };
}
