using Sentinel.Core.Watches;

namespace Sentinel.Tests.Watches;

public sealed class IgnoreRulesTests
{
    [Theory]
    // As gitignore(5) says.
    [InlineData("*.log", "a/b.log", false, true)]
    [InlineData("/*.log", "a/b.log", false, null)]
    [InlineData("/*.log", "b.log", false, true)]
    [InlineData("doc/frotz", "a/doc/frotz", false, null)]
    [InlineData("doc/frotz", "doc/frotz", false, true)]
    [InlineData("frotz/", "a/frotz", true, true)]
    [InlineData("frotz/", "a/frotz", false, null)]
    [InlineData("**/foo/bar", "x/foo/bar", false, true)]
    [InlineData("abc/**", "abc/x/y", false, true)]
    [InlineData("a/**/b", "a/b", false, true)]
    [InlineData("*.log|!keep.log", "keep.log", false, false)]
    [InlineData("!keep.log|*.log", "keep.log", false, true)]
    [InlineData("# a.log", "# a.log", false, null)]
    [InlineData(@"\#a", "#a", false, true)]
    [InlineData(@"\!a", "!a", false, true)]
    [InlineData("a  ", "a", false, true)]
    [InlineData(@"a\ ", "a ", false, true)]
    [InlineData("a\r", "a", false, true)]
    [InlineData("/", "a", true, null)]
    [InlineData("*.{a,b}", "x.a", false, null)]
    public void The_last_line_that_matches_decides(string lines, string path, bool isFolder, bool? leavesOut) =>
        Assert.Equal(leavesOut, new IgnoreRules(lines.Split('|'), withBraces: false).LeavesOut(path.Split('/'), isFolder));

    [Theory]
    [InlineData("node_modules", true)]
    [InlineData(".git", true)]
    [InlineData("a.py~", true)]
    [InlineData(".a.py.swp", true)]
    [InlineData(".swarm", false)]
    [InlineData("4913", true)]
    [InlineData(".#a.py", true)]
    [InlineData("#a.py#", true)]
    [InlineData("a.py___jb_tmp___", true)]
    [InlineData("a.tmp", false)]
    [InlineData(".env", false)]
    public void What_tools_keep_for_themselves_never_counts(string name, bool never) => Assert.Equal(never, NeverCounted.Is(name));
}
