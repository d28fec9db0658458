namespace Sentinel.Core.Diagnosis;

/// <summary>A unit of systemd that <c>startup</c> wrote.</summary>
/// <param name="Path">Of the unit.</param>
/// <param name="WhyNot">Why what it starts cannot be executed; null: it can.</param>
public sealed record BootUnit(string Path, string? WhyNot);

public static class BootCheck
{
    /// <summary>Nothing where there are no units.</summary>
    public static IEnumerable<Finding> Of(IReadOnlyCollection<BootUnit> units) => units.All(unit => unit.WhyNot is null)
        ? units.Select(unit => Finding.Ok(Areas.Boot, $"{unit.Path} starts a program that is there"))
        : units.Where(unit => unit.WhyNot is not null).Select(unit => Finding.Broken(
            Areas.Boot,
            $"nothing is started by {unit.Path}: {unit.WhyNot}",
            "put it back, or write the unit anew with 'sentinel startup systemd --install'"));
}
