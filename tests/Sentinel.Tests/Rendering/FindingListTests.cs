using System.Text.Json.Nodes;
using Sentinel.Api;
using Sentinel.Rendering;

namespace Sentinel.Tests.Rendering;

public class FindingListTests
{
    private static readonly Finding[] Findings =
    [
        Finding.Ok(Areas.Kernel, "it is new"),
        Finding.Degraded(Areas.Processes, "one of them was given up some time ago: it ended again and again", "sentinel why 1"),
        Finding.Broken(Areas.Home, "it is on\nfire", "put it out"),
    ];

    [Fact]
    public void Programs_and_files_get_a_line_for_each() => Assert.Equal(
        [
            "ok        kernel     it is new",
            "degraded  processes  one of them was given up some time ago: it ended again and again",
            "                     fix: sentinel why 1",
            @"broken    home       it is on\nfire",
            "                     fix: put it out",
            "1 broken, 1 degraded",
        ],
        FindingList.Lines(Findings, new Style(IsRich: false, Width: null)));

    [Fact]
    public void On_a_terminal_they_are_coloured_and_fit() => Assert.Equal(
        [
            "\e[32mok\e[0m        kernel     it is new",
            "\e[33mdegraded\e[0m  processes  one of them was given up some time ago:",
            "                     it ended again and again",
            "                     \e[1mfix: sentinel why 1\e[0m",
        ],
        FindingList.Lines(Findings, new Style(IsRich: true, Width: 60)).Take(4));

    [Theory]
    [InlineData(1, "All is well")]
    [InlineData(2, "Nothing is broken, 1 degraded")]
    [InlineData(3, "1 broken, 1 degraded")]
    public void The_last_line_counts(int findings, string line) =>
        Assert.Equal(line, FindingList.Lines(Findings[..findings], new Style(IsRich: false, Width: null)).Last());

    [Fact]
    public void Programs_get_all_of_it() => Assert.Equal(
        """{"schemaVersion":1,"findings":[{"area":"kernel","level":"ok","what":"it is new","mend":null},{"area":"home","level":"broken","what":"it is on\nfire","mend":"put it out"}],"broken":1,"degraded":0,"warnings":["w"]}""",
        JsonNode.Parse(Documents.Of([Findings[0], Findings[2]], ["w"]))!.ToJsonString());
}
