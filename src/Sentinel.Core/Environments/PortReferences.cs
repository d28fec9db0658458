using System.Globalization;
using System.Text;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Environments;

/// <summary>
/// Replaces <c>${port:NAME}</c> in variables that users set by the number of a port: of the process itself, of another process that has
/// one port, or <c>${port:PROCESS/NAME}</c>, of one that has several.
/// </summary>
internal static class PortReferences
{
    private const string Start = "${port:";

    /// <param name="variable">For messages.</param>
    /// <exception cref="EnvironmentException">There is no such port, or more than one.</exception>
    public static string Expand(string variable, string value, ProcessRecord record, State state)
    {
        var expanded = new StringBuilder();
        var rest = value.AsSpan();
        for (var at = rest.IndexOf(Start); at >= 0; at = rest.IndexOf(Start))
        {
            var end = rest[at..].IndexOf('}');
            if (end < 0)
                throw new EnvironmentException($"a {Start} in {variable} is not closed with }}");
            expanded.Append(rest[..at]);
            expanded.Append(NumberOf(rest[(at + Start.Length)..(at + end)].ToString(), variable, record, state).ToString(CultureInfo.InvariantCulture));
            rest = rest[(at + end + 1)..];
        }

        return expanded.Append(rest).ToString();
    }

    private static int NumberOf(string reference, string variable, ProcessRecord record, State state)
    {
        if (state.PortOf(record.Id, reference) is { } own)
            return own.Port;
        // A slash may be that of a project's process, or stand before the name of a port, or both.
        var slash = reference.LastIndexOf('/');
        var (name, port) = Whole(reference) is { } whole ? (whole, null)
            : slash < 0 ? (reference, null)
            : (Whole(reference[..slash]) ?? reference[..slash], reference[(slash + 1)..]);
        if (state.Find(name) is not { } other)
            throw Missing(state.InstancesOf(name).Any() ? $"{name} is a set; name one of its instances, such as {state.HolderOf(name)!.Spec.Name}" : $"there is no process named '{name}'");
        List<PortLease> ports = [.. state.PortsOf(other).Where(lease => port is null || lease.Name == port)];
        return ports switch
        {
            [var single] => single.Port,
            [] => throw Missing(port is null ? $"{name} has no port; 'sentinel set {name} --port http' leases one" : $"{name} has no port named '{port}'"),
            _ => throw Missing($"{name} has several ports; name one of them: {string.Join(", ", ports.Select(lease => $"{Start}{name}/{lease.Name}}}"))}"),
        };

        // Neighbours in a project call each other without its name.
        string? Whole(string called) => new[] { $"{record.Spec.Group}/{called}", called }.FirstOrDefault(known => state.Called(known).Any());

        EnvironmentException Missing(string why) => new($"{variable} needs the port of {reference}, and {why}");
    }
}
