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
/// <param name="IfTaken">What to do when a process or set has its name already.</param>
public sealed record RunRequest(
    ProcessSpec Spec,
    bool IsNamed,
    EnvironmentBlock Environment,
    int? Instances = null,
    Origin? Origin = null,
    string? Surroundings = null,
    IfTaken IfTaken = IfTaken.Refuse);

/// <summary>What <see cref="Request.Run"/> does when the name is taken.</summary>
public enum IfTaken
{
    Refuse,

    /// <summary>Start it, unless it runs, if it is as asked for; refuse otherwise.</summary>
    Ensure,

    /// <summary>Change it to what is asked for, and start it, unless it runs like that.</summary>
    Replace,
}

/// <summary>The words for it.</summary>
public static class IfTakens
{
    public static string Word(this IfTaken choice) => choice switch
    {
        IfTaken.Ensure => "ensure",
        IfTaken.Replace => "replace",
        _ => "refuse",
    };

    /// <exception cref="FormatException">There is no such choice.</exception>
    public static IfTaken Parse(string? word) => word switch
    {
        null or "refuse" => IfTaken.Refuse,
        "ensure" => IfTaken.Ensure,
        "replace" => IfTaken.Replace,
        _ => throw new FormatException($"ifTaken is refuse, ensure or replace, not '{word}'"),
    };
}
