using System.Globalization;
using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Environments;

/// <summary>Where people reach a process.</summary>
public static class ProcessUrl
{
    /// <summary>What its spec says, with the numbers of ports for their variables; else the port whose name says that it speaks HTTP. Null: neither.</summary>
    /// <param name="own">The ports that it has, in any order: to find them takes a look at all that are leased.</param>
    public static string? Of(ProcessRecord record, IEnumerable<PortLease> own, State state)
    {
        var asked = record.Spec.Ports;
        return record.Spec.Url is { } url
            ? new VariableExpansion(name => NumberOf(name)?.ToString(CultureInfo.InvariantCulture), takesBareNames: true).Expand(url, isQuoted: false, out _)
            : asked.Select(Leased).OfType<PortLease>().Select(lease => new PortRef(lease.Name, lease.Port).Url).FirstOrDefault(reached => reached is not null);

        PortLease? Leased(PortRequest port) => own.FirstOrDefault(lease => lease.Name == port.Name);

        int? NumberOf(string variable) => asked.FirstOrDefault(port => port.Variable == variable) is { } port ? Leased(port)?.Port
            : ProcessName.ProjectOf(record.Spec.Name) is { } project
                ? NeighbourPorts.Of(project, state).Where(neighbour => neighbour.Variable == variable).Select(neighbour => (int?)neighbour.Port).FirstOrDefault()
                : null;
    }
}
