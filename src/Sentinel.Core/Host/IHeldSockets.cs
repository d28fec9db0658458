using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>Listening sockets that stay open while the processes that they are for come and go.</summary>
public interface IHeldSockets
{
    /// <summary>Sockets for a process that is about to be started: those that are held, and the others newly opened, and held from now on.</summary>
    /// <exception cref="SpawnException">One cannot be had; the message says which, and why.</exception>
    OpenSockets Open(SocketRequest wanted);

    /// <summary>Why one of them could not be had now; null: they could.</summary>
    string? WhyNot(SocketRequest wanted);

    /// <summary>Closes all that are held but these.</summary>
    /// <param name="wanted">Asked only where any is held.</param>
    void Keep(Func<IReadOnlyCollection<ListenSocket>> wanted);
}

/// <summary>Sockets that a process is to have.</summary>
/// <param name="Sockets">With paths that do not depend on a folder.</param>
/// <param name="Umask">With which the files of those in the file system are made.</param>
/// <param name="Owner">Whom those files belong to; null: us.</param>
/// <param name="Holders">Processes that may have them open: where nothing else has, they are taken from these, if the system lets us.</param>
public sealed record SocketRequest(IReadOnlyList<ListenSocket> Sockets, int Umask, Account? Owner, IReadOnlyList<int> Holders);

/// <summary>Open sockets, in the order in which they were asked for. Disposal closes them here.</summary>
public sealed class OpenSockets(IReadOnlyList<PassedDescriptor> passed) : IDisposable
{
    public static readonly OpenSockets None = new([]);

    public IReadOnlyList<PassedDescriptor> Passed => passed;

    public void Dispose()
    {
        foreach (var each in passed)
            each.Handle.Dispose();
    }
}
