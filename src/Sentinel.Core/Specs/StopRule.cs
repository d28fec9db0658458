using Sentinel.Core.Policy;

namespace Sentinel.Core.Specs;

/// <summary>How a process wants to be stopped.</summary>
/// <param name="Signal">Asks it, and all of its tree, to end.</param>
/// <param name="Timeout">How long they have, until SIGKILL.</param>
public sealed record StopRule(int Signal, TimeSpan Timeout)
{
    public static readonly StopRule Default = new(SignalName.Terminate, TimeSpan.FromSeconds(10));
}
