using Sentinel.Model.Processes;

namespace Sentinel.Core.Host;

/// <summary>Holds on to processes, so that what is signalled is what was meant.</summary>
public interface IProcessHandles
{
    /// <summary>Null when the process is gone.</summary>
    IProcessHandle? Open(ProcessIdentity identity);

    /// <summary>SIGKILL to the whole control group of a tree at once, so that none can start another meanwhile.</summary>
    /// <returns>False, and nothing is done, where there is none, or one that others are in as well.</returns>
    bool KillGroup(string cookie);

    /// <summary>Completes when at least one of the processes has ended, or after <paramref name="timeout"/>.</summary>
    ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout);
}

public interface IProcessHandle : IDisposable
{
    ProcessIdentity Identity { get; }

    bool HasEnded { get; }

    /// <summary>Sends a signal; to a process that has ended it does nothing.</summary>
    /// <returns>Why the system refused, or null.</returns>
    string? Signal(int number);

    /// <summary>
    /// SIGKILL to all of its process group in one moment, in which none of them can start another. Also when it has ended itself, if it led
    /// the group and was held before.
    /// </summary>
    void KillGroup();

    /// <summary>How it ended; <see cref="Exit.Unknown"/> when this cannot be learned, or it still runs.</summary>
    ProcessEnd HowEnded();
}

/// <summary>What the system tells of a process that has ended.</summary>
/// <param name="PeakMemoryBytes">See <see cref="EndedRun"/>.</param>
public readonly record struct ProcessEnd(Exit How, long? PeakMemoryBytes = null);
