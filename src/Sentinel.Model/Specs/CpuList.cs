using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>CPUs as the kernel writes them: <c>0,2-3</c>; see cpuset(7).</summary>
public static class CpuList
{
    private const int MostCpus = 1024;

    /// <exception cref="FormatException">The text is not such a list.</exception>
    public static IReadOnlyList<int> Parse(string text)
    {
        var cpus = new SortedSet<int>();
        foreach (var range in text.Split(','))
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !IsCpu(ends[0], out var first) || !IsCpu(ends[^1], out var last) || first > last)
                throw new FormatException($"--cpu-affinity takes CPUs such as 0,2-3, not '{text}'");
            cpus.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return [.. cpus];
    }

    private static bool IsCpu(string text, out int cpu) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cpu) && cpu < MostCpus;
}
