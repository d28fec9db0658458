using Sentinel.Core.Exports;

namespace Sentinel.Tests.Exports;

/// <summary>What projects come to, in Golden: read it. SENTINEL_GOLDEN=1 writes it anew.</summary>
public sealed class GoldenTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "../../../../tests/Sentinel.Tests/Exports/Golden");

    public static TheoryData<string, string> All => [.. Exporting.Projects.Keys.SelectMany(project => Exporter.Engines.Select(engine => (project, engine)))];

    [Theory]
    [MemberData(nameof(All))]
    public void It_comes_to_this(string project, string engine)
    {
        var (file, written) = (Path.Combine(Folder, $"{project}.{engine}.txt"), Exporting.Whole(Exporting.To(engine, Exporting.Projects[project])));
        if (Environment.GetEnvironmentVariable("SENTINEL_GOLDEN") is "1")
            File.WriteAllText(file, written);

        Assert.Equal(File.ReadAllText(file), written);
    }
}
