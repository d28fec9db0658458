using System.Xml.Linq;

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

    [Fact]
    public async Task The_pictures_are_recordings_of_these_commands()
    {
        Needs.Program("python3");
        TmuxScreen.Need();
        await using var home = new SentinelHome();
        var recorded = Directory.CreateDirectory(Path.Combine(home.Root, "docs")).FullName;

        (await home.Run(new Call(SentinelHome.Binary, recorded)
        {
            Program = Path.Combine(Docs, "record"),
            Environment = new Dictionary<string, string?> { ["TMPDIR"] = home.Root },
        })).Ok();

        // Pids, times and figures are others each time.
        Assert.Equal(Pictures(recorded), Pictures(Docs));
        foreach (var picture in Pictures(Docs))
        {
            Assert.Equal(Texts(Path.Combine(recorded, picture))[0], Texts(Path.Combine(Docs, picture))[0]);
            Assert.InRange(new FileInfo(Path.Combine(Docs, picture)).Length, 1, 150_000);
        }
        foreach (var docs in (string[])[recorded, Docs])
        {
            Assert.Contains("error: the queue does not answer", Texts(Path.Combine(docs, "demo.svg")));
            Assert.Contains("crashed (1)", Texts(Path.Combine(docs, "pictures", "list-80.svg")));
            Assert.Contains("mailer: error: authentication failed (535)", Texts(Path.Combine(docs, "pictures", "why-120.svg")));
            Assert.Contains("mailer: error: authentication failed (535)", Texts(Path.Combine(docs, "top.svg")));
            Assert.Contains("CRASHED", Texts(Path.Combine(docs, "pictures", "top-100.svg")));
        }
        Assert.Empty(home.Supervised());
    }

    // Those of the page are taken in a browser.
    private static IEnumerable<string> Pictures(string docs) =>
        Directory.GetFiles(Path.Combine(docs, "pictures"), "*.svg").Select(picture => Path.GetRelativePath(docs, picture)).Order().Prepend("top.svg").Prepend("demo.svg");

    // The title comes first.
    private static string[] Texts(string picture) =>
        [.. XDocument.Load(picture).Descendants().Where(element => element.Name.LocalName is "title" or "text").Select(element => element.Value)];

    private static Dictionary<string, string> Pages(string folder) => Directory.GetFiles(Path.Combine(folder, "man"))
        .Append(Path.Combine(folder, "commands.md"))
        .Append(Path.Combine(folder, "sentinel.toml.schema.json"))
        .ToDictionary(page => Path.GetRelativePath(folder, page), File.ReadAllText);
}
