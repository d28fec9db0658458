using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>Starts processes.</summary>
public interface ISpawner
{
    /// <summary>Executes a program in a session of its own and returns once it is being executed.</summary>
    /// <exception cref="SpawnException">It could not be executed; no process is left.</exception>
    ProcessIdentity Spawn(Launch launch);

    /// <summary>Why <paramref name="launch"/> could not be spawned, as far as that can be known in advance; null if it could.</summary>
    string? WhyNot(Launch launch);

    /// <summary>Which part of what a process inherits from its caller it cannot be given here, and what to do; null: none.</summary>
    /// <param name="surroundings">The caller's surroundings, which must equal ours; null: they do not matter.</param>
    string? CannotInherit(Launch launch, string? surroundings = null);

    /// <summary>
    /// Why files that a start needs cannot even be looked at: their file system does not answer. Null when they can.
    /// </summary>
    string? WhyUnreachable(IEnumerable<string> paths) => null;

    /// <summary>Why no further process can be started; null when one can.</summary>
    string? WhyNoMore => null;

    /// <summary>Removes what was created for a run besides its processes, once these are gone.</summary>
    void CleanUp(string cookie);

    /// <summary>The same for all runs of some processes.</summary>
    /// <param name="records">The cookies of their records.</param>
    void CleanUpAll(IReadOnlyCollection<string> records);
}

/// <summary>Everything that is needed to start a process.</summary>
/// <param name="Environment">Complete: only the cookie is added, and what tells of <see cref="Descriptors"/>.</param>
/// <param name="StdoutPath">Opened for appending; created, with its folder, if it does not exist.</param>
/// <param name="StderrPath">As <paramref name="StdoutPath"/>.</param>
/// <param name="LogLimits">For both logs.</param>
/// <param name="Cookie">Of the run; null for a process that belongs to no tree.</param>
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
    /// <summary>The folder of all logs, which is created, too; null: that of its logs.</summary>
    public string? LogFolder { get; init; }

    /// <summary>Whether a process of Sentinel's stands between it and its logs.</summary>
    public bool LogPipe { get; init; }

    public Treatment Treatment { get; init; } = Treatment.None;

    /// <summary>See <see cref="ProcessSpec.Inherited"/>.</summary>
    public string? Inherited { get; init; }

    /// <summary>Whether it was started before, perhaps from another shell.</summary>
    public bool IsAgain { get; init; }

    public StandardInput Input { get; init; }

    /// <summary>Where it is sent what it reads; null: it reads nothing.</summary>
    public string? InputPath { get; init; }

    /// <summary>What it reads, as a whole; null: nothing, or what is sent to it.</summary>
    public byte[]? Text { get; init; }

    /// <summary>What it fetches by itself before <see cref="Command"/>.</summary>
    public IReadOnlyList<Secret> Secrets { get; init; } = [];

    /// <summary>What has to succeed before <see cref="Command"/>; null: nothing.</summary>
    public string? Before { get; init; }

    /// <summary>What is executed: the steps before its command, which end with that, or the command itself.</summary>
    public Command Executed => StartSteps.Around(Command, Secrets, Before);

    /// <summary>Another command in its place, beside it: with all that it has but something to read.</summary>
    public Launch Beside(Command command) => this with { Command = command, Before = null, Input = StandardInput.Null };

    /// <summary>Open files that it gets, from descriptor 3 on.</summary>
    public IReadOnlyList<PassedDescriptor> Descriptors { get; init; } = [];

    /// <summary>The user it runs as; null: whoever starts it.</summary>
    public Account? Account { get; init; }
}

/// <summary>A program could not be executed; the message says what and why.</summary>
public sealed class SpawnException(string message) : Exception(message);
