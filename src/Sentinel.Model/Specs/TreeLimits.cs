using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>How much all processes of a tree may use together; its control group enforces this, see cgroups(7).</summary>
/// <param name="MemoryBytes">If it would use more, the whole tree is killed; null: no limit.</param>
/// <param name="CpuPercent">Of one CPU: 150 is one and a half; null: no limit.</param>
/// <param name="Pids">How many processes and threads; null: no limit.</param>
public sealed record TreeLimits(long? MemoryBytes = null, int? CpuPercent = null, int? Pids = null)
{
    public static readonly TreeLimits None = new();

    /// <summary>With less, hardly any program reaches its first instruction.</summary>
    public const long LeastMemoryBytes = 1024 * 1024;

    /// <summary>The most that Linux can have at all; see proc_sys_kernel(5), pid_max.</summary>
    public const int MostPids = 4 * 1024 * 1024;

    private const int MostCpuPercent = 1_000_000;

    /// <summary>The controllers that they need: <c>memory</c>, <c>cpu</c>, <c>pids</c>.</summary>
    public IEnumerable<string> Controllers =>
        new[] { MemoryBytes is null ? null : "memory", CpuPercent is null ? null : "cpu", Pids is null ? null : "pids" }.OfType<string>();

    public bool IsNone => this == None;

    /// <summary>The option of <c>run</c> that needs a controller.</summary>
    public static string OptionOf(string controller) => $"--{controller}-max";

    /// <exception cref="FormatException">The text is not an amount of memory, or the amount is too small.</exception>
    public static long ParseMemory(string text) => ByteSize.Parse(text) is >= LeastMemoryBytes and var bytes
        ? bytes
        : throw new FormatException($"--memory-max takes an amount such as 200M or 1.5G, from {LeastMemoryBytes / 1024 / 1024}M up, not '{text}'");

    /// <summary>Parses a percentage such as <c>150%</c>.</summary>
    /// <exception cref="FormatException">The text is not such a percentage.</exception>
    public static int ParseCpu(string text) =>
        text.EndsWith('%') && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= MostCpuPercent
            ? percent
            : throw new FormatException($"--cpu-max takes a share of one CPU such as 50% or 150%, from 1% up, not '{text}'");

    /// <exception cref="FormatException">The text is not a number in the range.</exception>
    public static int ParsePids(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pids) && pids is >= 1 and <= MostPids
            ? pids
            : throw new FormatException($"--pids-max takes a number from 1 to {MostPids}, not '{text}'");
}
