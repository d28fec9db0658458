using System.Runtime.CompilerServices;

namespace Sentinel.Model.Policy;

/// <summary>How often each of some things has happened.</summary>
/// <typeparam name="T">An int, or an enumeration, that numbers them from 0.</typeparam>
public sealed class Counts<T> : IEquatable<Counts<T>>
    where T : unmanaged
{
    /// <summary>Counts go no further: programs that read them as doubles would miss the next.</summary>
    public const long Most = Event.HighestNumber;

    public static readonly Counts<T> None = new([]);

    // Without zeros at the end, so that the same counts are equal.
    private readonly long[] _counts;

    private Counts(long[] counts) => _counts = counts;

    public bool IsNone => _counts.Length == 0;

    public long this[T of] => Unsafe.BitCast<T, int>(of) is var number && number < _counts.Length ? _counts[number] : 0;

    /// <summary>Of all of them.</summary>
    public long Sum => _counts.Aggregate(0L, Added);

    /// <summary>The same after something has happened so many times more.</summary>
    public Counts<T> With(T of, long more = 1)
    {
        if (more <= 0)
            return this;
        var number = Unsafe.BitCast<T, int>(of);
        var counts = new long[Math.Max(_counts.Length, number + 1)];
        _counts.CopyTo(counts, 0);
        counts[number] = Added(counts[number], more);
        return new Counts<T>(counts);
    }

    public bool Equals(Counts<T>? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    public override bool Equals(object? obj) => Equals(obj as Counts<T>);

    public override int GetHashCode() => _counts.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join(' ', _counts);

    private static long Added(long one, long other) => one > Most - other ? Most : one + other;
}
