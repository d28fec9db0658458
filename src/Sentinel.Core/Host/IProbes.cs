using System.Net;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>Asks processes how they are, many at a time, on the loop.</summary>
public interface IProbes
{
    /// <summary>Asks once.</summary>
    /// <param name="probe">By HTTP, TCP or a command.</param>
    /// <param name="launch">How the process was started: whose variables it has, and as what a command is run.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="judge">Given the address from which a good answer has come: what is wrong with who gave it, or null.</param>
    /// <param name="then">Called once with what was wrong, as the end of a sentence, or null; not called after the result was disposed of.</param>
    IDisposable Ask(Probe probe, Launch launch, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then);

    /// <summary>Listens for what a process tells by itself; see sd_notify(3).</summary>
    /// <param name="address">As in <c>NOTIFY_SOCKET</c>.</param>
    /// <param name="tree">Whose processes are believed, at the moment of a message.</param>
    /// <param name="told">Given each message: lines of <c>NAME=value</c>.</param>
    /// <param name="doubted">Given the pid of a sender who is not believed.</param>
    /// <exception cref="IOException">Nobody can listen there.</exception>
    IDisposable Listen(NotifyAddress address, Func<TreeRoot> tree, Action<string> told, Action<int> doubted);
}
