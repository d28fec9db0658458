namespace Sentinel.Core.Projects;

/// <summary>What was found to be wrong; the same thing at the same place once.</summary>
internal sealed class Faults
{
    // Nobody reads more, and a file of rubbish has a million.
    private const int Most = 200;

    private readonly HashSet<Problem> _all = [];

    public int Count => _all.Count;

    public void Add(Place place, string message)
    {
        if (_all.Count < Most)
            _all.Add(new Problem(place, message));
    }

    /// <summary>Adds what an action says by a <see cref="FormatException"/>. Settings have the names there that they have as options.</summary>
    /// <returns>Whether it said nothing.</returns>
    public bool Try(Place place, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (FormatException e)
        {
            Add(place, e.Message.Replace("--restart=", "restart").Replace("--", ""));
            return false;
        }
    }

    /// <summary>In the order in which they stand in the files; a file comes where its first problem was found.</summary>
    public IReadOnlyList<Problem> InOrder()
    {
        var files = _all.Select(problem => problem.Place.File).Distinct().ToList();
        return [.. _all.OrderBy(problem => files.IndexOf(problem.Place.File)).ThenBy(problem => problem.Place.Line).ThenBy(problem => problem.Place.Column)];
    }
}
