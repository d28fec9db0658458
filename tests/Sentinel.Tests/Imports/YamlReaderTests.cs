using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("no")]
    [InlineData("22:22")]
    [InlineData("0o22")]
    [InlineData("022")]
    [InlineData("1e3")]
    [InlineData("0x1F")]
    [InlineData("2001-12-14")]
    [InlineData("on")]
    public void What_is_not_quoted_stays_the_text_that_it_is(string text) =>
        Assert.Equal((text, ScalarKind.Plain), At($"a: {text}", "a") is Node.Scalar scalar ? (scalar.Text, scalar.Kind) : default);

    [Theory]
    [InlineData("~")]
    [InlineData("null")]
    [InlineData("")]
    public void Nothing_is_nothing(string text) => Assert.Equal(ScalarKind.Null, Assert.IsType<Node.Scalar>(At($"a: {text}", "a")).Kind);

    [Theory]
    [InlineData("'null'")]
    [InlineData("\"\"")]
    [InlineData("!!str null")]
    public void What_is_quoted_is_a_text(string text) => Assert.Equal(ScalarKind.Quoted, Assert.IsType<Node.Scalar>(At($"a: {text}", "a")).Kind);

    [Fact]
    public void Own_keys_win_over_merged_ones_wherever_they_stand_and_the_first_that_is_merged_over_the_next()
    {
        const string text = """
            one: &one { a: 1, b: 1 }
            two: &two { b: 2, c: 2, d: 2 }
            all: { d: 3, <<: [*one, *two], c: 3 }
            """;

        Assert.Equal(("1", "1", "3", "3"), (Text(text, "all", "a"), Text(text, "all", "b"), Text(text, "all", "c"), Text(text, "all", "d")));
    }

    [Fact]
    public void A_quoted_merge_key_is_a_key() => Assert.Equal("1", Text("all: { '<<': 1 }", "all", "<<"));

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3", "f.yaml:3:1: a is in line 1 already")]
    [InlineData("a: *none", "f.yaml:1:4: there is no anchor none before this")]
    [InlineData("a: &a [*a]", "f.yaml:1:8: there is no anchor a before this")]
    [InlineData("a: !reset 1", "f.yaml:1:4: the tag !reset is not understood here")]
    [InlineData("a: 1\n---\nb: 2", "f.yaml:2:1: a second document begins here; only files with one are read")]
    [InlineData("[a]: 1", "f.yaml:1:1: a key is to be a text")]
    [InlineData("a: { <<: 1 }", "f.yaml:1:4: << takes tables, not texts")]
    public void What_is_wrong_is_told_with_its_place(string text, string said) =>
        Assert.Equal(said, Assert.Throws<ImportException>(() => YamlReader.Read("f.yaml", text)).Message);

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: 'x")]
    [InlineData("a: b: c")]
    [InlineData("a: \"\\ud800\"")]
    [InlineData("%YAML 9.9\n---\na: 1")]
    public void What_is_no_yaml_is_told_with_its_place(string text) =>
        Assert.Matches(@"^f\.yaml:\d+:\d+: .", Assert.Throws<ImportException>(() => YamlReader.Read("f.yaml", text)).Message);

    [Fact(Timeout = 60_000)]
    public async Task Deep_nesting_is_refused_before_it_costs_much() => await Task.Run(() =>
    {
        foreach (var deep in (string[])[new string('[', 200_000), string.Concat(Enumerable.Repeat("{a: ", 100_000)), string.Concat(Enumerable.Repeat("- ", 100_000))])
            Assert.Contains("more than 32 lists and tables are nested here", Assert.Throws<ImportException>(() => YamlReader.Read("f.yaml", deep)).Message);
    }, TestContext.Current.CancellationToken);

    [Fact]
    public void Merges_that_multiply_are_refused()
    {
        var table = string.Join(", ", Enumerable.Range(0, 2000).Select(index => $"k{index}: 1"));
        var text = $"a: &a {{ {table} }}\nb: {{ <<: [{string.Join(", ", Enumerable.Repeat("*a", 2000))}] }}";

        Assert.Contains("more than 1000000 values", Assert.Throws<ImportException>(() => YamlReader.Read("f.yaml", text)).Message);
    }

    [Fact]
    public void An_empty_file_is_an_empty_table() => Assert.Empty(Assert.IsType<Node.Table>(YamlReader.Read("f.yaml", "# nothing\n")).Entries);

    private static Node At(string text, params string[] path) =>
        path.Aggregate(YamlReader.Read("f.yaml", text), (node, key) => Assert.IsType<Node.Table>(node).Find(key)!);

    private static string Text(string text, params string[] path) => Assert.IsType<Node.Scalar>(At(text, path)).Text;
}
