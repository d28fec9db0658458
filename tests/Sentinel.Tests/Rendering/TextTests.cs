using CsCheck;
using Sentinel.Rendering;

namespace Sentinel.Tests.Rendering;

public sealed class TextTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("web", 3)]
    [InlineData("naïve", 5)]
    [InlineData("nai\u0308ve", 5)]
    [InlineData("日本語", 6)]
    [InlineData("🚀", 2)]
    [InlineData("a\u200bb", 2)]
    public void The_width_of_a_text_is_what_a_terminal_makes_of_it(string text, int columns) =>
        Assert.Equal(columns, Text.Width(text));

    [Theory]
    [InlineData("python server.py", 16, "python server.py")]
    [InlineData("python server.py", 10, "python se…")]
    [InlineData("python", 1, "…")]
    [InlineData("日本語", 6, "日本語")]
    // Half of a wide character is none.
    [InlineData("日本語", 4, "日…")]
    [InlineData("🚀🚀", 3, "🚀…")]
    [InlineData("e\u0301e\u0301e\u0301", 2, "e\u0301…")]
    public void A_text_is_cut_to_the_columns_there_are(string text, int columns, string cut) =>
        Assert.Equal(cut, Text.Fit(text, columns));

    private static readonly Gen<string> AnyText =
        Gen.Frequency(
            (4, Gen.Char[' ', '~'].Select(c => c.ToString())),
            (1, Gen.Const("\u0301")),
            (1, Gen.Const("日")),
            (1, Gen.Const("🚀")),
            (1, Gen.Char.Select(c => c.ToString())))
        .Array[0, 40].Select(string.Concat);

    [Fact]
    public void A_text_that_was_cut_fits_and_one_that_fits_was_not_cut() => Gen.Select(AnyText, Gen.Int[1, 50]).Sample((text, columns) =>
    {
        var cut = Text.Fit(text, columns);

        Assert.True(Text.Width(cut) <= columns);
        Assert.Equal(Text.Width(text) <= columns, cut == text);
    });

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(42.9, "42s")]
    [InlineData(60, "1m 0s")]
    [InlineData(303, "5m 3s")]
    [InlineData(3599, "59m 59s")]
    [InlineData(7500, "2h 5m")]
    [InlineData(86400, "1d 0h")]
    [InlineData(31_536_000, "365d 0h")]
    [InlineData(-1, "0s")]
    [InlineData(-100_000, "0s")]
    public void A_duration_is_told_in_its_two_largest_units(double seconds, string said) =>
        Assert.Equal(said, Text.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(-1, "0.0s")]
    [InlineData(0, "0.0s")]
    [InlineData(0.04, "0.0s")]
    [InlineData(5.25, "5.3s")]
    [InlineData(59.94, "59.9s")]
    [InlineData(60, "1m 0s")]
    [InlineData(7500, "2h 5m")]
    public void A_short_duration_can_be_told_with_a_decimal(double seconds, string said) =>
        Assert.Equal(said, Text.ExactDuration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("one", "one")]
    [InlineData("one\n", "one")]
    [InlineData("one\ntwo\n", "one|two")]
    [InlineData("\none\n\ntwo\n\n", "|one||two")]
    public void The_lines_of_a_text_are_without_their_ends(string text, string lines) => Assert.Equal(lines.Split('|'), Text.Lines(text));

    [Theory]
    [InlineData(0, "0 KB", "0.0KB")]
    [InlineData(1536, "2 KB", "1.5KB")]
    [InlineData(47_395_635, "45 MB", "45.2MB")]
    [InlineData(125_829_120, "120 MB", "120.0MB")]
    [InlineData(1_610_612_736, "1.5 GB", "1.5GB")]
    public void Memory_is_told_in_units_of_1024(long bytes, string inAColumn, string exact)
    {
        Assert.Equal(inAColumn, Text.Memory(bytes));
        Assert.Equal(exact, Text.ExactMemory(bytes));
    }

    [Theory]
    [InlineData(0, "0.0%")]
    [InlineData(2.14, "2.1%")]
    [InlineData(1599.96, "1600.0%")]
    public void CPU_is_told_with_a_decimal(double percent, string said) => Assert.Equal(said, Text.Percent(percent));

    [Theory]
    [InlineData("python server.py", "python server.py")]
    [InlineData("echo one\necho two\t\r", "echo one\\necho two\\t\\r")]
    [InlineData("\e[31mred", "\\x1b[31mred")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("日本語 🚀", "日本語 🚀")]
    [InlineData("a\u202eb\u2066c\u2069", "a\\u202eb\\u2066c\\u2069")]
    public void Foreign_text_is_shown_without_what_a_terminal_would_obey(string text, string shown) =>
        Assert.Equal(shown, Text.Printable(text));

    [Theory]
    [InlineData(0, "0 processes")]
    [InlineData(1, "1 process")]
    [InlineData(2, "2 processes")]
    public void What_is_counted_is_named_as_one_or_many(int count, string said) =>
        Assert.Equal(said, Text.Count(count, "process", "processes"));

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "n1, n2")]
    [InlineData(8, "n1, n2, n3, n4, n5, n6, n7, n8")]
    [InlineData(9, "n1, n2, n3, n4, n5, n6, n7 and 2 more")]
    [InlineData(2000, "n1, n2, n3, n4, n5, n6, n7 and 1993 more")]
    public void Of_many_names_some_are_shown(int count, string said) => Assert.Equal(said, Text.Some(Enumerable.Range(1, count).Select(i => $"n{i}")));

    [Theory]
    [InlineData("one two three four five six", "one two three four five|  six")]
    [InlineData("to see it 'sentinel why 1'", "to see it|  'sentinel why 1'")]
    [InlineData("to see it ('sentinel why 1').", "to see it|  ('sentinel why 1').")]
    [InlineData("what's in here is the user's", "what's in here is the|  user's")]
    [InlineData("'one two three four five six seven'", "'one two three four five|  six seven'")]
    [InlineData("it is at /a/path/that/is/very/long", "it is at|  /a/path/that/is/very/long")]
    [InlineData("a /a/path/that/is/very/long", "a /a/path/that/is/very/long")]
    [InlineData("日本 日本 日本 日本 日本 日本", "日本 日本 日本 日本 日本|  日本")]
    public void Long_lines_are_continued_between_words_and_what_is_in_quotes_stays_whole(string text, string lines) =>
        Assert.Equal(lines.Split('|'), Text.Wrap(text, 24, indent: 2));
}
