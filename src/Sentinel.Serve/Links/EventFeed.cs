using System.Runtime.CompilerServices;
using Sentinel.Api;
using Sentinel.Linux.Sockets;

namespace Sentinel.Serve.Links;

/// <summary>
/// All events after a number, as they happen, for any number of callers: one subscription for all of them, over the ends of daemons. None is
/// missed and none comes twice, as long as they are kept.
/// </summary>
internal sealed class EventFeed(DaemonLink daemon)
{
    // Who is further behind asks the daemon.
    private const int MostRecent = 1000;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<Notice> _recent = new();
    private TaskCompletionSource _news = New();
    private CancellationTokenSource? _pump;
    private int _readers;

    // Up to this number nothing is in memory; null: nothing is known yet.
    private long? _from;

    /// <summary>A null stands for a while in which nothing happened.</summary>
    public async IAsyncEnumerable<Notice?> Follow(long after, [EnumeratorCancellation] CancellationToken gone)
    {
        using var reading = Read();
        while (true)
        {
            var (page, news) = InMemory(after);
            page ??= await Ask(after, gone);
            foreach (var notice in page)
            {
                yield return notice;
                after = notice.UpTo;
            }

            if (page.Count == 0 && await Task.WhenAny(news, Task.Delay(Streams.SignInterval, gone)) != news)
            {
                gone.ThrowIfCancellationRequested();
                yield return null;
            }
        }
    }

    // Null: not all that comes after is in memory.
    private (IReadOnlyList<Notice>? Page, Task News) InMemory(long after)
    {
        lock (_lock)
            return (after >= _from ? [.. _recent.Where(notice => notice.UpTo > after)] : null, _news.Task);
    }

    private async Task<IReadOnlyList<Notice>> Ask(long after, CancellationToken gone)
    {
        while (true)
            try
            {
                return (await daemon.Ask<Answer.Events>(new Query.Events(after), gone)).Page;
            }
            catch (DaemonException e) when (e is DaemonGoneException || e.IsSilent)
            {
                await Task.Delay(RetryInterval, gone);
            }
    }

    // The subscription lasts as long as anybody reads.
    private Reading Read()
    {
        lock (_lock)
            if (_readers++ == 0)
            {
                _pump = new CancellationTokenSource();
                new Thread(() => Pump(_pump.Token), maxStackSize: 256 * 1024) { IsBackground = true, Name = "events" }.Start();
            }

        return new Reading(this);
    }

    private void Pump(CancellationToken ends)
    {
        // Nothing is left to await on a thread of its own.
        long? after = null;
        while (!ends.IsCancellationRequested)
            try
            {
                after ??= Begin(daemon.Ask<Answer.Events>(new Query.Events(Model.Event.HighestNumber), ends).GetAwaiter().GetResult().Last);
                foreach (var notice in daemon.Subscribe(after.Value, ends))
                {
                    Add(notice);
                    after = notice.UpTo;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (DaemonException)
            {
                // The next daemon goes on from the same number.
                ends.WaitHandle.WaitOne(RetryInterval);
            }

        long Begin(long last)
        {
            // Those who asked before know less, and ask again.
            Change(() =>
            {
                _recent.Clear();
                _from = last;
            });
            return last;
        }

        void Add(Notice notice) => Change(() =>
        {
            _recent.Enqueue(notice);
            while (_recent.Count > MostRecent)
                _from = _recent.Dequeue().UpTo;
        });

        void Change(Action change)
        {
            lock (_lock)
                if (!ends.IsCancellationRequested)
                {
                    change();
                    _news.SetResult();
                    _news = New();
                }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Reading(EventFeed feed) : IDisposable
    {
        public void Dispose()
        {
            lock (feed._lock)
                if (--feed._readers == 0)
                {
                    feed._pump!.Cancel();
                    feed._from = null;
                }
        }
    }
}
