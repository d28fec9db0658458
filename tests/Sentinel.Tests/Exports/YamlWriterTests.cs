using CsCheck;
using Sentinel.Core.Exports;
using Sentinel.Core.Imports;

namespace Sentinel.Tests.Exports;

public sealed class YamlWriterTests
{
    /// <summary>Texts that mean something else to YAML, to a shell, to docker, to systemd or to Kubernetes.</summary>
    public static readonly string[] Strange =
    [
        "", " ", "no", "Yes", "on", "~", "null", "true", "1e3", "0x1F", "017", "1_000", ".5", "-1", ".inf", ".NaN", "22:22", "2001-12-14", "=", "<<", "- x", "-c", "--yes", "? x", ": x",
        "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "%a", "@a", "`a`", "|", ">", "[a]", "{a}", "a,b", "\"", "'", "it's", "\\", "\\n", "a\nb", "a\n", "\na", " a\nb", "a\n\nb", "a\n  b\n c",
        "a\n \nb", "\n", "\t", "a\tb", "\r", "a\r\nb", "\e[0m", "\x7f", "\u0085", "\u00a0", "\u2028", "\ufeff", "é", "日本語", "😀", "$HOME", "${HOME}", "$$", "$(X)", "$$(X)", "%h", "%%", "{{.Task.Slot}}", "{{", "a ", "---", "...",
    ];

    private static readonly Gen<string> AnyStrange = Gen.Int[0, Strange.Length - 1].Select(index => Strange[index]);

    private static readonly Gen<string> AnyText = Gen.OneOf(
        AnyStrange,
        AnyStrange.Array[2, 4].Select(string.Concat),
        Gen.Char[(char)1, (char)0x17f].Array[0, 12].Select(letters => new string(letters)));

    [Fact]
    public void Whatever_the_texts_are_a_reader_reads_the_same() => AnyText.Array[1, 5].Sample(texts =>
    {
        var table = new Yaml.Table { { "list", texts }, { "tables", new Yaml.List([.. texts.Select(text => new Yaml.Table { { "a", text }, { "b", new Yaml.List([new Yaml.Text(text)]) } })]) } };
        foreach (var text in texts.Distinct())
            table.Add($"{text}.", new Yaml.Table { { "value", text } });

        var root = (Node.Table)YamlReader.Read("x.yaml", YamlWriter.Of(table));

        Assert.Equal(texts, Texts(root.Find("list")!));
        Assert.Equal(texts, ((Node.List)root.Find("tables")!).Items.Select(item => Text(((Node.Table)item).Find("a")!)));
        Assert.Equal(texts, ((Node.List)root.Find("tables")!).Items.SelectMany(item => Texts(((Node.Table)item).Find("b")!)));
        Assert.All(texts, text => Assert.Equal(text, Text(((Node.Table)root.Find($"{text}.")!).Find("value")!)));
    });

    // What is plain to a reader of YAML 1.1 may be a truth, a number, a date or nothing.
    [Theory]
    [InlineData("no")]
    [InlineData("NO")]
    [InlineData("y")]
    [InlineData("~")]
    [InlineData("1e3")]
    [InlineData("22:22")]
    [InlineData("2001-12-14")]
    [InlineData("null")]
    [InlineData(".inf")]
    [InlineData("0o7")]
    [InlineData("+1")]
    [InlineData("-c")]
    public void What_could_be_more_than_a_text_is_quoted(string text) => Assert.Equal($"a: \"{text}\"\n", YamlWriter.Of(new Yaml.Table { { "a", text } }));

    [Theory]
    [InlineData("web")]
    [InlineData("/bin/sh")]
    [InlineData("registry.example:5000/shop/api:2")]
    [InlineData("echo $HOME")]
    public void What_can_only_be_a_text_is_not(string text) => Assert.Equal($"a: {text}\n", YamlWriter.Of(new Yaml.Table { { "a", text } }));

    [Fact]
    public void Several_lines_stand_as_they_are() =>
        Assert.Equal("a: |-\n  if x; then\n    y\n  fi\nb: 1\n", YamlWriter.Of(new Yaml.Table { { "a", "if x; then\n  y\nfi" }, { "b", 1 } }));

    [Fact]
    public void What_is_not_given_is_left_out() => Assert.Equal("", YamlWriter.Of(new Yaml.Table
    {
        { "a", (string?)null }, { "b", (long?)null }, { "c", false }, { "d", new Yaml.Table() }, { "e", new Yaml.List([]) },
    }));

    private static string Text(Node node) => Assert.IsType<Node.Scalar>(node) is { Kind: not ScalarKind.Null } scalar ? scalar.Text : "(null)";

    private static IEnumerable<string> Texts(Node node) => ((Node.List)node).Items.Select(Text);
}
