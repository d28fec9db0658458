using Sentinel.Api.Wire;
using Sentinel.Core.Store;

namespace Sentinel.Core.Daemon;

/// <summary>
/// What one subscriber is still to get. What does not fit is not queued but read from the log once there is room: a slow subscriber
/// costs no more memory than a quick one, and misses only what the log no longer has by then, which it is told as a gap.
/// </summary>
/// <param name="more">Called when there is something to take again.</param>
/// <param name="ended">Called once, when it has ended.</param>
public sealed class Subscription(EventReader events, long after, Action more, Action<Subscription> ended) : IDisposable
{
    private const int MostFrames = 1024;
    private const int MostBytes = 256 * 1024;

    private readonly Queue<byte[]> _frames = [];
    private int _bytes;

    // The number of the last event that is queued, and whether those after it are to be read from the log.
    private long _upTo = after;
    private bool _isBehind = true;
    private bool _hasEnded;

    /// <summary>The next frame to send; null: there is none for now.</summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public byte[]? Next()
    {
        if (_frames.Count == 0 && _isBehind)
            CatchUp();
        if (!_frames.TryDequeue(out var frame))
            return null;
        _bytes -= frame.Length;
        return frame;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        _frames.Clear();
        ended(this);
    }

    /// <summary>Queues what has just happened.</summary>
    internal void Tell(IEnumerable<(long Number, byte[] Frame)> happened)
    {
        foreach (var (number, frame) in happened)
        {
            _isBehind |= number != _upTo + 1 || _frames.Count == MostFrames || _bytes + frame.Length > MostBytes;
            if (_isBehind)
                break;
            Queue(number, frame);
        }

        more();
    }

    private void CatchUp()
    {
        var page = events.After(_upTo);
        foreach (var notice in page)
            Queue(notice.UpTo, Protocol.Write(new Message.Told(notice)));
        _isBehind = page.Count > 0;
    }

    private void Queue(long number, byte[] frame)
    {
        _frames.Enqueue(frame);
        _bytes += frame.Length;
        _upTo = number;
    }
}
