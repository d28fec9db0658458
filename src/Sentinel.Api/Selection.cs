using System.Globalization;

namespace Sentinel.Api;

/// <summary>Which processes a command is about.</summary>
public abstract record Selection
{
    private Selection()
    {
    }

    /// <summary>Only those that were run in this session; null: in any or none.</summary>
    public string? Session { get; init; }

    /// <summary>
    /// Processes named by id or name; the name of a set stands for all its instances, and that of a group for all its members. A process of
    /// a project needs no more than its own name, in the folder of the project and where no other has it.
    /// </summary>
    public sealed record Named(IReadOnlyList<string> Targets) : Selection
    {
        /// <summary>Where the names are given; null: in no project's folder.</summary>
        public string? Folder { get; init; }
    }

    /// <summary>Every process that a bulk command applies to.</summary>
    public sealed record All : Selection;

    /// <summary>Every process of a group that a bulk command applies to.</summary>
    public sealed record Members(string Group) : Selection;

    public static Selection Of(IEnumerable<int> ids) => new Named([.. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
}
