using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>The machines of a project: its groups of them, and on which of them its processes run.</summary>
internal static class HostGroups
{
    /// <param name="node">The table <c>hosts</c>; null: there is none.</param>
    /// <returns>The machines of each group.</returns>
    public static Dictionary<string, IReadOnlyList<string>> Read(Node? node, Faults faults)
    {
        var groups = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var group in (node is null ? [] : Form.Groups.Read(node, faults) ?? []).GroupBy(given => given.Text[..given.Text.IndexOf('=', StringComparison.Ordinal)]))
        {
            if (!ProcessName.IsValid(group.Key))
                faults.Add(group.First().Place, $"'{group.Key}' cannot be the name of a group of machines: {ProcessName.Rule}");
            var hosts = group.Select(given => given with { Text = given.Text[(group.Key.Length + 1)..] }).ToList();
            foreach (var host in hosts)
                if (HostNames.WhyNot(host.Text) is { } why)
                    faults.Add(host.Place, why);
            groups[group.Key] = [.. hosts.Select(host => host.Text)];
        }

        return groups;
    }

    /// <summary>Checks that processes name machines that the project has.</summary>
    public static void Check(IEnumerable<ProjectProcess> processes, Dictionary<string, IReadOnlyList<string>> groups, Faults faults)
    {
        string[] known = [.. groups.Keys.Concat(groups.Values.SelectMany(hosts => hosts)).Distinct()];
        foreach (var given in processes.SelectMany(process => process.Others).Where(setting => setting.Key == FileKeys.Hosts).SelectMany(setting => setting.Given))
            if (HostNames.WhyNot(given.Text) is { } why)
                faults.Add(given.Place, why);
            else if (known.Length > 0 && !known.Contains(given.Text))
                faults.Add(given.Place, $"[{FileKeys.Hosts}] has no '{given.Text}'"
                    + (FileKeys.Nearest(given.Text, known) is { } nearest ? $"; did you mean '{nearest}'?" : $"; it has {string.Join(", ", known)}"));
    }
}
