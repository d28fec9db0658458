using System.Globalization;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>Finds what two processes of a project, or two instances of one, cannot both have: a name, and a port for which no other will do.</summary>
internal static class Clashes
{
    public static void Check(IReadOnlyList<ProjectProcess> processes, Faults faults)
    {
        var sets = processes.Where(process => process.Instances is not null).ToDictionary(process => process.Name);
        var ports = new Dictionary<int, ProjectProcess>();
        foreach (var process in processes)
        {
            if (SetOf(process.Name, sets) is { } set)
                faults.Add(process.Place, $"{process.Name} is the name of an instance of {set.Name} already");
            foreach (var given in process.Find(FileKeys.Port)?.Given ?? [])
                if (Single(given.Text) is not { } number)
                    continue;
                else if (process.Instances > 1)
                    faults.Add(given.Place, $"{number} is one port, and each instance needs its own; \"{number}+\" gives each the next that is free");
                else if (!ports.TryAdd(number, process))
                    faults.Add(given.Place, $"{number} is the port of {ports[number].Name} already; \"{number}+\" is that one or the next that is free");
        }
    }

    private static ProjectProcess? SetOf(string name, Dictionary<string, ProjectProcess> sets) =>
        name.LastIndexOf('-') is > 0 and var dash
        && int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && sets.GetValueOrDefault(name[..dash]) is { } set && number >= 1 && number <= set.Instances && new Instance(set.Name, number).Name == name
            ? set : null;

    // Null: another will do, or it is no port, which has been told.
    private static int? Single(string text)
    {
        try
        {
            return PortRequest.Parse(text) is { IsSingle: true } port ? port.Number : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
