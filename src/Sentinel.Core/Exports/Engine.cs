namespace Sentinel.Core.Exports;

/// <summary>What runs a project in place of Sentinel.</summary>
/// <param name="Name">As people type it.</param>
/// <param name="Title">As it calls itself.</param>
/// <param name="RunsImages">Whether it runs containers, so that each process needs an image.</param>
/// <param name="Names">What it accepts as a name.</param>
/// <param name="Whys">Why it has no equal of a key.</param>
/// <param name="Write">What a project comes to.</param>
/// <param name="TakesHostFiles">Whether its containers can have the files of their machines.</param>
internal sealed record Engine(
    string Name,
    string Title,
    bool RunsImages,
    NameRule Names,
    IReadOnlyDictionary<string, string> Whys,
    Func<Conversion, IEnumerable<ExportedFile>> Write,
    bool TakesHostFiles = false);
