using Sentinel.Api;

namespace Sentinel.Core.Diagnosis;

/// <summary>A unit of systemd that <c>startup</c> wrote.</summary>
/// <param name="Path">The path of the unit.</param>
/// <param name="WhyNot">Why what it starts cannot be started; null: it can.</param>
public sealed record BootUnit(string Path, string? WhyNot);

public static class BootCheck
{
    /// <summary>Nothing if there are no units.</summary>
    public static IEnumerable<Finding> Of(IReadOnlyCollection<BootUnit> units) => units.All(unit => unit.WhyNot is null)
        ? units.Select(unit => Finding.Ok(Areas.Boot, $"{unit.Path} starts a program that exists"))
        : units.Where(unit => unit.WhyNot is not null).Select(unit => Finding.Broken(
            Areas.Boot,
            $"{unit.Path} starts nothing: {unit.WhyNot}",
            $"put it back, rewrite the unit with 'sentinel startup systemd --install', or remove it with 'sentinel startup systemd --uninstall --name {Path.GetFileNameWithoutExtension(unit.Path)}'"));
}
