using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Serve.Agents;

namespace Sentinel.Tests.Serve;

/// <summary>Answers for agents are kept short.</summary>
public class BoundsTests
{
    [Fact]
    public void What_is_short_stays_as_it_is()
    {
        var answer = Answer(3, 20);
        var before = Bounds.Text(answer);
        Bounds.Fit(answer, before.Length);
        Assert.Equal(before, Bounds.Text(answer));
    }

    [Theory]
    [InlineData(200, 20)]
    [InlineData(4, 5_000)]
    [InlineData(1, 100_000)]
    [InlineData(2_000, 200)]
    public void What_is_long_is_cut_in_its_middle_and_says_so(int lines, int length)
    {
        var answer = Answer(lines, length);
        Bounds.Fit(answer, Bounds.Usual);

        var text = Bounds.Text(answer);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 0, Bounds.Usual);
        Assert.StartsWith("0 ", (string)answer["lines"]![0]!);
        Assert.StartsWith($"{lines - 1} ", (string)answer["lines"]!.AsArray()[^1]!);
        Assert.True(text.Contains("left out") || text.Contains("characters …"), text);
    }

    [Fact]
    public void Of_a_list_of_objects_it_says_how_many_are_left_out_and_the_first_and_the_last_stay()
    {
        var answer = new JsonObject { ["processes"] = new JsonArray([.. Enumerable.Range(0, 500).Select(i => (JsonNode)new JsonObject { ["name"] = $"process {i}" })]) };
        Bounds.Fit(answer, 1000);

        var rows = answer["processes"]!.AsArray();
        Assert.Equal(500, rows.Sum(row => (int?)row!["leftOut"] ?? 1));
        Assert.Equal(("process 0", "process 499"), ((string)rows[0]!["name"]!, (string)rows[^1]!["name"]!));
    }

    [Fact]
    public void No_character_is_cut_in_two()
    {
        foreach (var before in Enumerable.Range(0, 8))
        {
            var answer = new JsonObject { ["text"] = new string('x', before) + string.Concat(Enumerable.Repeat("😀", 2_000)) };
            Bounds.Fit(answer, 1000);
            Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes((string)answer["text"]!)));
            Assert.InRange(Encoding.UTF8.GetByteCount(Bounds.Text(answer)), 0, 1000);
        }
    }

    private static JsonObject Answer(int lines, int length) =>
        new() { ["lines"] = new JsonArray([.. Enumerable.Range(0, lines).Select(i => (JsonNode)$"{i} {new string('x', length)}")]) };
}
