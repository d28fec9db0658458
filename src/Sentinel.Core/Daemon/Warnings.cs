namespace Sentinel.Core.Daemon;

/// <summary>Keeps apart what each request warns of, while several of them are at work in turns on one loop.</summary>
public sealed class Warnings
{
    // More would not be read.
    private const int Most = 10;

    private readonly AsyncLocal<List<string>?> _concerned = new();

    /// <summary>What is warned of from here on, in this flow of work, is added to the result.</summary>
    public IReadOnlyList<string> Collect() => _concerned.Value = [];

    /// <summary>What is warned of from here on, in this flow of work, is nobody's who asked for something.</summary>
    public void ConcernNobody() => _concerned.Value = null;

    public void Add(string warning)
    {
        if (_concerned.Value is { Count: < Most } warnings && !warnings.Contains(warning))
            warnings.Add(warning);
    }
}
