using System.Net;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>Probes processes, many at a time, on the loop.</summary>
public interface IProbes
{
    /// <summary>Probes once.</summary>
    /// <param name="probe">By HTTP, TCP or a command.</param>
    /// <param name="launch">How the process was started: gives the variables, and how to run a command.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="judge">Gets the address that gave a good answer; returns what is wrong with the process that gave it, or null.</param>
    /// <param name="then">Called once with what was wrong, as the end of a sentence, or null; not after the result is disposed.</param>
    IDisposable Ask(Probe probe, Launch launch, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then);

    /// <summary>Listens for what a process reports by itself; see sd_notify(3).</summary>
    /// <param name="address">As in <c>NOTIFY_SOCKET</c>.</param>
    /// <param name="tree">The tree whose processes are believed, as it is when a message arrives.</param>
    /// <param name="told">Called with each message: lines of <c>NAME=value</c>.</param>
    /// <param name="doubted">Called with the pid of a sender that is not believed.</param>
    /// <exception cref="IOException">Listening there is not possible.</exception>
    IDisposable Listen(NotifyAddress address, Func<TreeRoot> tree, Action<string> told, Action<int> doubted);
}
