namespace Sentinel.Model.Specs;

/// <summary>What a process inherits from another caller from now on; its folder and umask stay the same.</summary>
/// <param name="Inherited">See <see cref="ProcessSpec.Inherited"/>; null: that stays the same, too.</param>
public sealed record Renewal(EnvironmentBlock Environment, string? Inherited);
