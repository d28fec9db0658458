using Sentinel.Model.Processes;

namespace Sentinel.Core.Host;

/// <summary>Holds on to processes, so that a signal reaches the process that was meant.</summary>
public interface IProcessHandles
{
    /// <summary>Null when the process is gone.</summary>
    IProcessHandle? Open(ProcessIdentity identity);

    /// <summary>Sends SIGKILL to the whole control group of a tree at once, so that no process can start another meanwhile.</summary>
    /// <returns>False, with nothing done, if there is no such group, or others are in it as well.</returns>
    bool KillGroup(string cookie);

    /// <summary>
    /// Completes when at least one of the processes has ended, or after <paramref name="timeout"/>; sooner where some can only be asked.
    /// </summary>
    ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout);
}

public interface IProcessHandle : IDisposable
{
    ProcessIdentity Identity { get; }

    bool HasEnded { get; }

    /// <summary>Sends a signal; does nothing to a process that has ended.</summary>
    /// <returns>Why the system refused, or null.</returns>
    string? Signal(int number);

    /// <summary>
    /// Sends SIGKILL to its whole process group at once, so that no process in it can start another. Works even when the process itself
    /// has ended, if it led the group and was held before.
    /// </summary>
    void KillGroup();

    /// <summary>How it ended; <see cref="Exit.Unknown"/> when this cannot be learned, or it still runs.</summary>
    ProcessEnd HowEnded();
}

/// <summary>What the system tells about a process that has ended.</summary>
/// <param name="PeakMemoryBytes">See <see cref="Model.Policy.EndedRun"/>.</param>
public readonly record struct ProcessEnd(Exit How, long? PeakMemoryBytes = null);
