using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Linux.Sockets;

namespace Sentinel.Serve.Links;

/// <summary>Asks the daemon. Its client blocks, so a bounded number of threads wait for it.</summary>
internal sealed class DaemonLink(SentinelHome home)
{
    private const int MostAtOnce = 32;

    private readonly SemaphoreSlim _free = new(MostAtOnce);

    /// <exception cref="DaemonGoneException">No daemon runs.</exception>
    /// <exception cref="DaemonException">It refuses, or does not answer.</exception>
    public async Task<TAnswer> Ask<TAnswer>(Query query, CancellationToken gone = default)
        where TAnswer : Answer
    {
        await _free.WaitAsync(gone);
        try
        {
            return await Task.Run(() => (TAnswer)Client().Ask(query), gone);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Null: no daemon runs, or it does not answer.</summary>
    public async Task<DaemonStatus?> Describe()
    {
        try
        {
            return await Task.Run(() => Client().Describe());
        }
        catch (DaemonException)
        {
            return null;
        }
    }

    /// <summary>All events after a number, as they happen, until the daemon ends or the caller wants no more. It blocks.</summary>
    /// <inheritdoc cref="Ask"/>
    public IEnumerable<Notice> Subscribe(long after, CancellationToken ends) => Client().Subscribe(after, () => ends.IsCancellationRequested);

    private DaemonClient Client() => DaemonClient.Of(home, _ => { });
}
