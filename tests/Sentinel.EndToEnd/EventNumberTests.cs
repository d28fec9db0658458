using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class EventNumberTests
{
    [Fact]
    public async Task What_came_after_a_number_is_shown_and_what_is_missing_of_it_is_told()
    {
        await using var home = new SentinelHome();
        foreach (var name in (string[])["web", "api"])
            await home.Sleeper(name);
        (await home.Run("stopall")).Ok();
        Assert.Equal([1, 2, 3, 4], (await home.Happened()).Select(happened => (int)happened["number"]!));
        Assert.Equal(2, (await home.Run("events", "--after", "2")).Ok().Lines.Length);
        Assert.Single((await home.Run("events", "web", "--after", "2")).Ok().Lines);
        Assert.Single((await home.Run("events", "--after", "2", "--lines", "1")).Ok().Lines);
        Assert.Empty((await home.Run("events", "--after", "4")).Ok().Stdout);

        File.WriteAllLines(home.EventsFile, File.ReadAllLines(home.EventsFile)[2..]);

        var gone = (await home.Run("events", "--after", "0")).Ok();
        Assert.Equal(("Warning: events 1 to 2 are not kept any more\n", 2), (gone.Stderr, gone.Lines.Length));
        var json = (await home.Run("events", "web", "--after", "1", "--json")).Ok();
        Assert.Empty(json.Stderr);
        Assert.Equal("""{"event":"gap","after":1,"next":3}""", json.Lines[0]);
        Assert.Equal(["gap", "stopped"], Lines(json.Stdout).Select(line => (string)line["event"]!));
        Assert.Contains("the last is 4", (await home.Run("events", "--after", "5")).Fails(1).Stderr);
        foreach (var nonsense in (string[])["-1", "x", "99999999999999999999"])
            (await home.Run("events", "--after", nonsense)).Fails(2);
    }

    private static IEnumerable<JsonNode> Lines(string stdout) =>
        stdout[..(stdout.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!);
}
