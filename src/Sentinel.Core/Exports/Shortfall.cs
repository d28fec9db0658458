using Sentinel.Core.Projects;

namespace Sentinel.Core.Exports;

/// <summary>Something of a project that an engine does not do, or does in another way.</summary>
/// <param name="Path">Such as <c>web.max-memory</c>.</param>
/// <param name="Why">A clause without a full stop: why, or what is done in its place.</param>
public sealed record Shortfall(Place Place, string Path, string Why)
{
    public override string ToString() => $"{Place.File}:{Place.Line}: {Path}: {Why}";
}

/// <summary>Gathers what is told; what holds for several processes is told once.</summary>
internal sealed class Shortfalls(IReadOnlyList<string> files)
{
    private readonly OrderedDictionary<string, Shortfall> _told = [];

    public void Tell(Place place, string path, string why)
    {
        var told = new Shortfall(place, path, why);
        _told.TryAdd(told.ToString(), told);
    }

    /// <summary>In the order of the files and their lines.</summary>
    public IReadOnlyList<Shortfall> All =>
        [.. _told.Values.OrderBy(told => files.Index().FirstOrDefault(file => file.Item == told.Place.File).Index).ThenBy(told => told.Place.Line)];
}
