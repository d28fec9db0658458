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
    public static string? Of(ProcessRecord record, State state) => record.Spec.Url is { } url
        ? new VariableExpansion(name => NumberOf(name, record, state)?.ToString(CultureInfo.InvariantCulture), takesBareNames: true).Expand(url, isQuoted: false, out _)
        : PortRef.Of(record, state).FirstOrDefault(port => port.Url is not null)?.Url;

    private static int? NumberOf(string variable, ProcessRecord record, State state) =>
        record.Spec.Ports.FirstOrDefault(port => port.Variable == variable) is { } own ? state.PortOf(record.Id, own.Name)?.Port
        : ProcessName.ProjectOf(record.Spec.Name) is { } project
            ? NeighbourPorts.Of(project, state).Where(neighbour => neighbour.Variable == variable).Select(neighbour => (int?)neighbour.Port).FirstOrDefault()
            : null;
}
