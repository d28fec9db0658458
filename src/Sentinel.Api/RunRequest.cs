using Sentinel.Model.Specs;

namespace Sentinel.Api;

/// <summary>What the caller wants to run.</summary>
/// <param name="IsNamed">Whether the user chose the name; otherwise another is derived from it when it is taken.</param>
/// <param name="Environment">The one that the spec names.</param>
/// <param name="Instances">How many of it, as a set of the name; null: one, which is not a set.</param>
/// <param name="Origin">Who wants it, if that is known.</param>
/// <param name="Surroundings">
/// What the caller lives in and cannot hand on to another's child, such as namespaces: the one who starts the process must live there, too.
/// </param>
public sealed record RunRequest(
    ProcessSpec Spec, bool IsNamed, EnvironmentBlock Environment, int? Instances = null, Origin? Origin = null, string? Surroundings = null);
