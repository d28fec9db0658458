using Sentinel.Core.Host;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Spawning;

/// <summary>
/// Has the backups of logs compressed while the loop goes on, a few logs at a time. When the daemon ends, what is under way goes on by
/// itself, and the rest is left to processes that nobody waits for.
/// </summary>
/// <param name="launch">How the backups of a log are compressed.</param>
/// <param name="beginAlone">Begins to compress the backups of a log in a process that nobody waits for.</param>
/// <param name="warn">Told, in a sentence, what the user should know.</param>
public sealed class CompressionErrands(Errands errands, Func<string, Launch> launch, Action<string> beginAlone, Action<string> warn) : IDisposable
{
    // More than one, so that a slow disk does not keep the logs on other disks waiting.
    private const int AtOnce = 2;

    private readonly List<string> _waiting = [];
    private readonly HashSet<string> _underWay = [];

    /// <summary>Compresses the backups of a log as soon as others leave room for it; if that fails, it is done with the next backup.</summary>
    public void Begin(string log)
    {
        // Also a log that is under way: its process may have had its last look at the backups.
        if (!_waiting.Contains(log))
            _waiting.Add(log);
        BeginNext();
    }

    public void Dispose()
    {
        _waiting.ForEach(beginAlone);
        _waiting.Clear();
    }

    private void BeginNext()
    {
        while (_underWay.Count < AtOnce && _waiting.Find(log => !_underWay.Contains(log)) is { } next)
        {
            _waiting.Remove(next);
            _underWay.Add(next);
            errands.Begin(launch(next), deadline: null, result => Ended(next, result));
        }
    }

    private void Ended(string log, ErrandResult result)
    {
        _underWay.Remove(log);
        if (result.WhyNot(ended => ended.LastLine is { Length: > 0 } line ? line : $"the process at work ended: {ended.How}") is { } why)
            warn(LogCompressions.Failure(log, why));
        BeginNext();
    }
}
