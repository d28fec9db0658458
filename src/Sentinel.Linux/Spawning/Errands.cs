using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;

namespace Sentinel.Linux.Spawning;

/// <summary>Sends children on errands, many at a time, on the loop.</summary>
public sealed class Errands(EventLoop loop, Spawner spawner, ProcessTable table)
{
    private readonly HashSet<int> _awaited = [];

    /// <summary>Whether a process is on an errand, so that nobody else may reap it.</summary>
    public bool IsAwaited(int pid) => _awaited.Contains(pid);

    /// <param name="launch">What to run; its output comes back to us, and not into its logs.</param>
    /// <param name="deadline">When it is killed, if it has not ended; null: never.</param>
    /// <param name="then">Called once, from the loop, also when it could not be started; not after the result is disposed of.</param>
    /// <param name="mostOutput">How much of its output is kept, in bytes: the end of it.</param>
    /// <returns>Disposal kills it.</returns>
    internal IDisposable Begin(Launch launch, TimeSpan? deadline, Action<ErrandResult> then, int mostOutput = Errand.MostOutput)
    {
        try
        {
            return new Errand(loop, spawner, table, launch, deadline, _awaited, mostOutput, then);
        }
        catch (Exception e) when (e is SpawnException or IOException)
        {
            return loop.After(TimeSpan.Zero, () => then(new ErrandResult.NotStarted(e.Message)));
        }
    }
}
