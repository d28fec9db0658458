namespace Sentinel.Core.Daemon;

/// <summary>Keeps the warnings of each request apart while several requests take turns on one loop.</summary>
public sealed class Warnings
{
    // More would not be read.
    private const int Most = 10;

    private readonly AsyncLocal<List<string>?> _concerned = new();

    /// <summary>From here on, warnings in this flow of work are added to the result.</summary>
    public IReadOnlyList<string> Collect() => _concerned.Value = [];

    /// <summary>From here on, warnings in this flow of work belong to no request.</summary>
    public void ConcernNobody() => _concerned.Value = null;

    public void Add(string warning)
    {
        if (_concerned.Value is { Count: < Most } warnings && !warnings.Contains(warning))
            warnings.Add(warning);
    }
}
