using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>The numbers of all ports of a project: an engine leases none, so they are fixed when it is exported.</summary>
internal sealed class PortNumbers
{
    // For those that any number will do: below what the system gives out by itself.
    private const int FirstOfAny = 10_000;

    private const int LowestOfAll = 1024, Highest = PortLease.Highest;

    private readonly Dictionary<(string Process, string Port), int> _numbers = [];
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<(int Number, int Count), int> _reached = [];

    /// <param name="processes">Each with the ports that it asks for and with the number of its instances.</param>
    public PortNumbers(IReadOnlyList<(string Name, IReadOnlyList<PortRequest> Ports, int Instances)> processes)
    {
        var all = processes.SelectMany(process => process.Ports.Select(port => (process.Name, Port: port, process.Instances))).ToList();
        // Those that only one number will do come first.
        foreach (var (name, port, instances) in all.OrderBy(one => one.Port.IsSingle ? 0 : one.Port.Number is null ? 2 : 1))
            _numbers[(name, port.Name)] = port.IsSingle ? Taken(port.Number!.Value, 1) : Free(port.Number ?? FirstOfAny, instances);
    }

    /// <summary>Of its first instance; the others have those after it.</summary>
    public int Of(string process, string port) => _numbers[(process, port)];

    public int? Find(string process, string port) => _numbers.TryGetValue((process, port), out var number) ? number : null;

    private int Free(int number, int count)
    {
        // From there on, and then from the lowest that everybody may use. What was taken stays so: where a search ended, the next one like it begins.
        foreach (var first in Enumerable.Range(_reached.GetValueOrDefault((number, count), number), Highest).Concat(Enumerable.Range(LowestOfAll, Highest)))
            if (first + count - 1 <= Highest && !Enumerable.Range(first, count).Any(_taken.Contains))
            {
                _reached[(number, count)] = first;
                return Taken(first, count);
            }

        return Taken(number, count);
    }

    private int Taken(int number, int count)
    {
        _taken.UnionWith(Enumerable.Range(number, count));
        return number;
    }
}
