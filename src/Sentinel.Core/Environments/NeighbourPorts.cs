using System.Text;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Environments;

/// <summary>
/// The ports of the processes of a project, as variables of all of them: <c>DB_PORT</c> for the PORT of db, <c>API_ADMIN_PORT</c> for the
/// ADMIN_PORT of api. Of a set, that of its first instance has this name, and each has <c>API_1_PORT</c> and so on.
/// </summary>
internal static class NeighbourPorts
{
    public static IEnumerable<(string Variable, int Port, string Process)> Of(string project, State state) =>
        from record in state.MembersOf(project)
        from asked in record.Spec.Ports
        where state.PortOf(record.Id, asked.Name) is not null
        let port = state.PortOf(record.Id, asked.Name)!.Port
        from name in NamesOf(record)
        select ($"{name}_{asked.Variable}", port, record.Spec.Name);

    private static IEnumerable<string> NamesOf(ProcessRecord record)
    {
        yield return PrefixOf(record.Spec.Name);
        if (record.Spec.Instance is { Number: 1, Set: var set })
            yield return PrefixOf(set);
    }

    /// <summary>What the variables of a process begin with: <c>API</c>.</summary>
    public static string PrefixOf(string name)
    {
        var upper = new StringBuilder();
        foreach (var character in ProcessName.Short(name).ToUpperInvariant())
            upper.Append(char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character) ? character : '_');
        return upper.ToString();
    }
}
