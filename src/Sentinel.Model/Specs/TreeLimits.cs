using System.Globalization;

namespace Sentinel.Model.Specs;

/// <summary>How much all processes of a tree may have together; its control group keeps them to it, see cgroups(7).</summary>
/// <param name="MemoryBytes">When it would have more, all of it is killed; null: any.</param>
/// <param name="CpuPercent">Of one CPU: 150 is one and a half; null: any.</param>
/// <param name="Pids">How many processes and threads; null: any.</param>
public sealed record TreeLimits(long? MemoryBytes = null, int? CpuPercent = null, int? Pids = null)
{
    public static readonly TreeLimits None = new();

    /// <summary>With less hardly a program comes to its first instruction.</summary>
    public const long LeastMemoryBytes = 1024 * 1024;

    /// <summary>As many as Linux can have at all; see proc_sys_kernel(5), pid_max.</summary>
    public const int MostPids = 4 * 1024 * 1024;

    private const int MostCpuPercent = 1_000_000;

    /// <summary>What has to be switched on for them: <c>memory</c>, <c>cpu</c>, <c>pids</c>.</summary>
    public IEnumerable<string> Controllers =>
        new[] { MemoryBytes is null ? null : "memory", CpuPercent is null ? null : "cpu", Pids is null ? null : "pids" }.OfType<string>();

    public bool IsNone => this == None;

    /// <summary>The option of <c>run</c> that needs a controller.</summary>
    public static string OptionOf(string controller) => $"--{controller}-max";

    /// <exception cref="FormatException">It is no amount of memory, or too small a one.</exception>
    public static long ParseMemory(string text) => ByteSize.Parse(text) is >= LeastMemoryBytes and var bytes
        ? bytes
        : throw new FormatException($"--memory-max takes an amount such as 200M or 1.5G, from {LeastMemoryBytes / 1024 / 1024}M up, not '{text}'");

    /// <summary><c>150%</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static int ParseCpu(string text) =>
        text.EndsWith('%') && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= MostCpuPercent
            ? percent
            : throw new FormatException($"--cpu-max takes a share of one CPU such as 50% or 150%, from 1% up, not '{text}'");

    /// <exception cref="FormatException">It is no such number.</exception>
    public static int ParsePids(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pids) && pids is >= 1 and <= MostPids
            ? pids
            : throw new FormatException($"--pids-max takes a number from 1 to {MostPids}, not '{text}'");
}
