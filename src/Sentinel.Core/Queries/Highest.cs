namespace Sentinel.Core.Queries;

/// <summary>
/// Keeps counts from falling: the CPU time of a tree seems to fall when one of its processes ends that nobody reaps, the bytes of a log when
/// somebody empties it. Readers of counters take each fall for a new beginning.
/// </summary>
internal sealed class Highest
{
    private Dictionary<(int Id, int Of), double> _highest = [];
    private Dictionary<(int Id, int Of), double> _next = [];

    /// <summary>The highest of a count and those before it.</summary>
    /// <param name="id">The id of the process.</param>
    /// <param name="of">What is counted: the same number each time.</param>
    public double Of(int id, int of, double count) =>
        _next[(id, of)] = Math.Max(count, _highest.GetValueOrDefault((id, of)));

    /// <summary>Forgets what was not counted since this was called the last time.</summary>
    public void Turn() => (_highest, _next) = (_next, []);
}
