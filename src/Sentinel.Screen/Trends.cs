using Sentinel.Api;

namespace Sentinel.Screen;

/// <summary>CPU and memory of the last minutes, a sample a second for as long as the screen is shown.</summary>
internal sealed class Trends
{
    /// <summary>How many samples are kept of a process: two minutes.</summary>
    public const int Length = 120;

    private const string Bars = "▁▂▃▄▅▆▇█";

    private readonly Dictionary<(string? Host, int Id), Ring> _rings = [];

    public void Add(ProcessSummary process)
    {
        if (process.CpuPercent is not { } cpu)
        {
            _rings.Remove(process.Key);
            return;
        }

        if (!_rings.TryGetValue(process.Key, out var ring))
            _rings[process.Key] = ring = new Ring();
        ring.Add((float)cpu, process.MemoryBytes ?? 0);
    }

    /// <summary>Forgets those that are not there any more.</summary>
    public void Keep(IReadOnlySet<(string? Host, int Id)> keys)
    {
        foreach (var gone in _rings.Keys.Where(key => !keys.Contains(key)).ToList())
            _rings.Remove(gone);
    }

    /// <summary>The CPU as bars, the newest to the right; a full bar is one CPU, or the most that was seen if that is more.</summary>
    public string Cpu((string? Host, int Id) key, int columns) => _rings.TryGetValue(key, out var ring) ? Line(ring.Cpu(columns), least: 0, most: 100) : "";

    /// <summary>The memory as bars, from the least to the most that was seen: what grows is seen to grow.</summary>
    public string Memory((string? Host, int Id) key, int columns)
    {
        if (!_rings.TryGetValue(key, out var ring))
            return "";
        var all = ring.Memory(columns);
        // A tenth of it is no growth.
        var (least, most) = (all.Min(), all.Max());
        return Line(all, least, Math.Max(most, least + (most / 10)));
    }

    private static string Line(float[] values, float least, float most)
    {
        most = Math.Max(most, values.Max());
        return string.Concat(values.Select(value => Bars[most <= least ? 0 : Math.Clamp((int)((value - least) / (most - least) * Bars.Length), 0, Bars.Length - 1)]));
    }

    private sealed class Ring
    {
        private readonly float[] _cpu = new float[Length], _memory = new float[Length];
        private int _count;

        public void Add(float cpu, float memory)
        {
            (_cpu[_count % Length], _memory[_count % Length]) = (cpu, memory);
            _count++;
        }

        public float[] Cpu(int columns) => Highest(_cpu, columns);

        public float[] Memory(int columns) => Highest(_memory, columns);

        // Several samples share a column: what happened in it at all is seen.
        private float[] Highest(float[] samples, int columns)
        {
            var kept = Math.Min(_count, Length);
            var each = Math.Max(1, Length / columns);
            var shown = Math.Min(columns, (kept + each - 1) / each);
            var values = new float[shown];
            for (var back = 0; back < Math.Min(kept, shown * each); back++)
            {
                ref var value = ref values[shown - 1 - (back / each)];
                value = Math.Max(value, samples[(_count - 1 - back) % Length]);
            }

            return values;
        }
    }
}
