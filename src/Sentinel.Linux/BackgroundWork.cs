namespace Sentinel.Linux;

/// <summary>Does, one after another and beside the loop, what would hold it up; the thread is there only while there is work.</summary>
public sealed class BackgroundWork(EventLoop loop)
{
    private const int StackBytes = 256 * 1024;

    private readonly Queue<(Action Work, Action<Exception?> Done)> _queue = [];
    private bool _isAtWork;

    /// <param name="work">Done on another thread.</param>
    /// <param name="done">Called on the loop's thread, with what went wrong.</param>
    public void Do(Action work, Action<Exception?> done)
    {
        lock (_queue)
        {
            _queue.Enqueue((work, done));
            if (_isAtWork)
                return;
            _isAtWork = true;
        }

        new Thread(Work, StackBytes) { IsBackground = true }.Start();
    }

    private void Work()
    {
        while (true)
        {
            (Action Work, Action<Exception?> Done) next;
            lock (_queue)
            {
                _isAtWork = _queue.TryDequeue(out next);
                if (!_isAtWork)
                    return;
            }

            Exception? failure = null;
            try
            {
                next.Work();
            }
            catch (Exception e)
            {
                failure = e;
            }

            loop.Post(() => next.Done(failure));
        }
    }
}
