namespace Sentinel.Serve.Links;

/// <summary>How many answers that have no end there are at once.</summary>
internal sealed class Streams
{
    public const int Most = 64;

    /// <summary>Where nothing happens, a sign is sent so often: a connection that was cut is noticed only by writing to it.</summary>
    public static readonly TimeSpan SignInterval = TimeSpan.FromSeconds(15);

    public static readonly Problem Busy = new(StatusCodes.Status503ServiceUnavailable, "busy", $"{Most} streams are open already");

    private int _count;

    /// <summary>Takes a place until the result is disposed of; null: there is none.</summary>
    public IDisposable? TryTake()
    {
        if (Interlocked.Increment(ref _count) <= Most)
            return new Place(this);
        Interlocked.Decrement(ref _count);
        return null;
    }

    private sealed class Place(Streams streams) : IDisposable
    {
        private Streams? _streams = streams;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _streams, null) is { } taken)
                Interlocked.Decrement(ref taken._count);
        }
    }
}
