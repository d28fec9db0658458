using Sentinel.Core.Watches;

namespace Sentinel.Tests.Watches;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("*.cs", "a.cs", true)]
    [InlineData("*.cs", "src/a.cs", false)]
    [InlineData("**/*.cs", "a.cs", true)]
    [InlineData("**/*.cs", "src/deep/a.cs", true)]
    [InlineData("src/**/a.cs", "src/a.cs", true)]
    [InlineData("src/**/a.cs", "src/x/y/a.cs", true)]
    [InlineData("src/**/a.cs", "lib/src/a.cs", false)]
    [InlineData("src/**", "src", false)]
    [InlineData("src/**", "src/a/b", true)]
    [InlineData("**", "a", true)]
    [InlineData("**/**", "a/b", true)]
    [InlineData("a/**/b/**/c", "a/b/x/b/y/c", true)]
    [InlineData("a/**/b/**/c", "a/x/c", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[ab", "[ab", true)]
    [InlineData("*.{cs,resx}", "a.resx", true)]
    [InlineData("{src,lib}/{a,b{1,2}}.cs", "lib/b2.cs", true)]
    [InlineData("{src,lib}/{a,b{1,2}}.cs", "lib/b3.cs", false)]
    [InlineData("{a}", "{a}", true)]
    [InlineData(@"\*.cs", "*.cs", true)]
    [InlineData(@"\*.cs", "a.cs", false)]
    [InlineData(@"\[id].tsx", "[id].tsx", true)]
    [InlineData("*a*b*c", "xaybzc", true)]
    [InlineData("*a*b*c", "xaybz", false)]
    public void A_pattern_matches_what_it_says(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new PathPattern(pattern, withBraces: true).Matches(path));

    [Fact]
    public void Braces_without_end_and_stars_without_number_take_no_time()
    {
        var many = string.Concat(Enumerable.Repeat("{a,b}", 30));
        Assert.False(new PathPattern(many, withBraces: true).Matches("x"));
        var stars = string.Concat(Enumerable.Repeat("*a", 50));
        Assert.False(new PathPattern(stars, withBraces: true).Matches(new string('a', 5000) + "b"));
    }
}
