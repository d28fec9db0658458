namespace Sentinel.EndToEnd;

public class GeneratedDocsTests
{
    private static readonly string Docs = Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..", "docs");

    [Fact]
    public async Task The_pages_of_the_commands_say_what_the_help_says()
    {
        await using var home = new SentinelHome();
        var written = Directory.CreateDirectory(Path.Combine(home.Root, "docs")).FullName;

        (await home.Run(new Call(SentinelHome.Binary, written) { Program = Path.Combine(Docs, "generate") })).Ok();

        var pages = Pages(written);
        var kept = Pages(Docs);
        Assert.Contains(Path.Combine("man", "sentinel-port-free.1"), pages.Keys);
        var stale = pages.Keys.Union(kept.Keys).Where(page => pages.GetValueOrDefault(page) != kept.GetValueOrDefault(page)).Order();
        Assert.True(!stale.Any(), $"docs/generate would write otherwise, run it: {string.Join(", ", stale)}");
    }

    private static Dictionary<string, string> Pages(string folder) => Directory.GetFiles(Path.Combine(folder, "man"))
        .Append(Path.Combine(folder, "commands.md"))
        .ToDictionary(page => Path.GetRelativePath(folder, page), File.ReadAllText);
}
