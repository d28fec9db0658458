using System.Globalization;
using System.Net;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Sockets;

/// <inheritdoc/>
/// <remarks>
/// What is on this machine is asked on the loop. A name lookup or TLS would keep the loop waiting, or bring threads to it: for
/// those a child of ours asks.
/// </remarks>
public sealed class Probes(EventLoop loop, Errands errands, ProcessTable table) : IProbes
{
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
                return Run(launch.Beside(Command.From([probe.Target])), timeout, _ => null, then);
            default:
                return loop.After(TimeSpan.Zero, () => then($"{probe.Target} is not an address, with the variables that the process has"));
        }
    }

    public IDisposable Listen(NotifyAddress address, Func<TreeRoot> tree, Action<string> told, Action<int> doubted) =>
        new NotifySocket(loop, address, sender => sender.IsOf(tree(), table, address.User), told, doubted);

    // The child says where its answer came from.
    private IDisposable AskByChild(string target, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then) => Run(
        OwnProcess.Launch(OwnProcess.Program, "probe", "--timeout", $"{timeout.TotalSeconds}", target),
        timeout,
        said => IPEndPoint.TryParse(said, out var server) ? judge(server) : null,
        then);

    private IDisposable Run(Launch launch, TimeSpan timeout, Func<string, string?> judge, Action<string?> then) =>
        errands.Begin(launch, timeout, result => then(WhyNot(result, judge)));

    private static string? WhyNot(ErrandResult result, Func<string, string?> judge) => result switch
    {
        ErrandResult.NotStarted refused => refused.Why,
        ErrandResult.TimedOut late => string.Create(CultureInfo.InvariantCulture, $"no answer within {late.Deadline.TotalSeconds:0.###} s"),
        ErrandResult.Ended { How: Exit.Code { Value: 0 } } => judge(result.LastLine),
        ErrandResult.Ended ended => ended.LastLine is { Length: > 0 } line ? line : $"the check {ended.How}",
        _ => throw new NotSupportedException(result.GetType().Name),
    };

    // Null: the name needs a lookup.
    private static IPEndPoint[]? AddressesOf(string host, int port) =>
        IPAddress.TryParse(host, out var address) ? [new IPEndPoint(address, port)]
        : host == "localhost" ? [new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.IPv6Loopback, port)]
        : null;
}
