using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>Makes processes.</summary>
public interface ISpawner
{
    /// <summary>Executes a program in a session of its own and returns when it is being executed.</summary>
    /// <exception cref="SpawnException">It could not be executed; no process is left.</exception>
    ProcessIdentity Spawn(Launch launch);

    /// <summary>Says why <paramref name="launch"/> could not be spawned, as far as that can be told before; else null.</summary>
    string? WhyNot(Launch launch);

    /// <summary>Says which part of what a process is to have of its caller it cannot be given here, and what to do; null: none.</summary>
    /// <param name="surroundings">Those of the caller, which must be ours as well; null: they have no say.</param>
    string? CannotInherit(Launch launch, string? surroundings = null);

    /// <summary>
    /// Why files that a start needs cannot even be looked at: they are on a file system that does not answer. Null when they can.
    /// </summary>
    string? WhyUnreachable(IEnumerable<string> paths) => null;

    /// <summary>Why no process can be added to those that there are; null when one can.</summary>
    string? WhyNoMore => null;

    /// <summary>Gives back what was made for a tree besides its processes, once these are gone.</summary>
    void CleanUp(string cookie);
}

/// <summary>All that the making of a process needs.</summary>
/// <param name="Environment">Whole: nothing is added but the cookie.</param>
/// <param name="StdoutPath">Opened for appending, and made with its folder when it is not there.</param>
/// <param name="StderrPath">As <paramref name="StdoutPath"/>.</param>
/// <param name="LogLimits">Of both.</param>
/// <param name="Cookie">Null for a process that is nobody's tree.</param>
public sealed record Launch(
    Command Command,
    string WorkingDirectory,
    EnvironmentBlock Environment,
    int Umask,
    string StdoutPath,
    string StderrPath,
    LogLimits LogLimits,
    string? Cookie)
{
    /// <summary>Whether a process of ours stands between it and its logs.</summary>
    public bool LogPipe { get; init; }

    public Treatment Treatment { get; init; } = Treatment.None;

    /// <summary>See <see cref="ProcessSpec.Inherited"/>.</summary>
    public string? Inherited { get; init; }

    /// <summary>Whether it was started before, perhaps by another shell.</summary>
    public bool IsAgain { get; init; }

    /// <summary>Who it runs as; null: whoever starts it.</summary>
    public Account? Account { get; init; }
}

/// <summary>A program could not be executed; the message says what and why.</summary>
public sealed class SpawnException(string message) : Exception(message);
