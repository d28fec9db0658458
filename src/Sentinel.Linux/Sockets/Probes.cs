using System.Net;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Sockets;

/// <inheritdoc/>
/// <remarks>
/// What is on this machine is asked on the loop. A name lookup or TLS would keep the loop waiting, or bring threads to it: for
/// those a child of ours asks.
/// </remarks>
public sealed class Probes(EventLoop loop, Spawner spawner, ProcessTable table) : IProbes
{
    private readonly HashSet<int> _children = [];

    /// <summary>Whether a process is a child whose end we must learn of.</summary>
    public bool IsAwaited(int pid) => _children.Contains(pid);

    public IDisposable Ask(Probe probe, Launch launch, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then)
    {
        string? ValueOf(string name) => launch.Environment[name];
        switch (probe.Kind)
        {
            case ProbeKind.Http when probe.UrlFor(ValueOf) is { } url:
                return url.Scheme == "http" && AddressesOf(url.IdnHost, url.Port) is { } servers
                    ? new ConnectionProbe(loop, servers, url, timeout, judge, then)
                    : AskByChild(url.AbsoluteUri, timeout, judge, then);
            case ProbeKind.Tcp when probe.EndPointFor(ValueOf) is var (host, port):
                return AddressesOf(host, port) is { } addresses
                    ? new ConnectionProbe(loop, addresses, null, timeout, judge, then)
                    : AskByChild($"{(host.Contains(':') ? $"[{host}]" : host)}:{port}", timeout, judge, then);
            case ProbeKind.Exec:
                return Run(launch with { Command = Command.From([probe.Target]) }, timeout, _ => null, then);
            default:
                return loop.After(TimeSpan.Zero, () => then($"{probe.Target} is not an address, with the variables that the process has"));
        }
    }

    public IDisposable Listen(NotifyAddress address, Func<TreeRoot> tree, Action<string> told, Action<int> doubted) =>
        new NotifySocket(loop, address, sender => sender.IsOf(tree(), table, address.User), told, doubted);

    // The child says where its answer came from.
    private CommandProbe AskByChild(string target, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then) => Run(
        new Launch(
            Command.From(["/proc/self/exe", "probe", "--timeout", $"{timeout.TotalSeconds}", target]), "/", EnvironmentBlock.Empty, 0x3f, "", "", LogLimits.Default, Cookie: null),
        timeout,
        said => IPEndPoint.TryParse(said, out var server) ? judge(server) : null,
        then);

    private CommandProbe Run(Launch launch, TimeSpan timeout, Func<string, string?> judge, Action<string?> then) =>
        new(loop, spawner, table, launch, timeout, _children, judge, then);

    // Null: the name needs a lookup.
    private static IPEndPoint[]? AddressesOf(string host, int port) =>
        IPAddress.TryParse(host, out var address) ? [new IPEndPoint(address, port)]
        : host == "localhost" ? [new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.IPv6Loopback, port)]
        : null;
}
