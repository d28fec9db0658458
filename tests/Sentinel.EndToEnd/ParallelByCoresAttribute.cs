using Xunit.Sdk;
using Xunit.v3;

namespace Sentinel.EndToEnd;

/// <summary>
/// As many tests at once as three for each core: most of a test is waiting for other processes, and more would only wait for each
/// other. What measures the machine says so, and has it to itself (DisableParallelization).
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class ParallelByCoresAttribute : Attribute, IParallelizationAttribute
{
    public ParallelMode? GetMode() => ParallelMode.All;

    public ParallelAlgorithm? GetAlgorithm() => ParallelAlgorithm.Conservative;

    public int? GetMaxThreads() => 3 * Environment.ProcessorCount;
}
