using System.Net;
using Sentinel.Core.Specs;

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
    /// <param name="user">Whose processes are believed, beside our own and root's.</param>
    /// <param name="told">Given each message: lines of <c>NAME=value</c>.</param>
    /// <exception cref="IOException">Somebody else listens there.</exception>
    IDisposable Listen(string address, uint? user, Action<string> told);
}
