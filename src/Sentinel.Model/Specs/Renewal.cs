namespace Sentinel.Model.Specs;

/// <summary>What a process is to have of another caller from now on; its folder and umask stay.</summary>
/// <param name="Inherited">See <see cref="ProcessSpec.Inherited"/>; null: that stays, too.</param>
public sealed record Renewal(EnvironmentBlock Environment, string? Inherited);
