using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Api;

/// <summary>How to end trees this time.</summary>
/// <param name="Signal">Asks the processes to end; null: as each tree's own <see cref="StopRule"/> says.</param>
/// <param name="Timeout">How long they have before SIGKILL; null likewise.</param>
public sealed record StopOptions(int? Signal, TimeSpan? Timeout)
{
    public static readonly StopOptions Default = new(null, null);

    public static readonly StopOptions Force = new(SignalName.Kill, TimeSpan.Zero);
}
