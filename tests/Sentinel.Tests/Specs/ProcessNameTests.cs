using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class ProcessNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("web")]
    [InlineData("web-2")]
    [InlineData("2web")]
    [InlineData("my web server")]
    [InlineData("it's \"quoted\"")]
    [InlineData("日本語😀")]
    [InlineData("..")]
    public void A_name_may_be_nearly_anything(string name) => Assert.True(ProcessName.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1")]
    [InlineData("007")]
    [InlineData("99999999999999999999")]
    [InlineData("٣")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("a\0")]
    [InlineData("\u001b[31mred")]
    [InlineData("a\u007f")]
    [InlineData("a\u0085")]
    [InlineData("a\ufffd")]
    public void A_name_that_is_empty_or_a_number_or_has_a_slash_or_control_character_is_refused(string name) =>
        Assert.False(ProcessName.IsValid(name));

    [Fact]
    public void A_name_with_half_a_character_is_refused() => Assert.False(ProcessName.IsValid("a\ud83d"));

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("😀")]
    public void A_name_has_at_most_64_characters_however_many_bytes_they_are(string character)
    {
        Assert.True(ProcessName.IsValid(string.Concat(Enumerable.Repeat(character, 64))));
        Assert.False(ProcessName.IsValid(string.Concat(Enumerable.Repeat(character, 65))));
    }

    [Theory]
    [InlineData("python3", "python3")]
    [InlineData("my web", "my web")]
    [InlineData("", "process")]
    [InlineData("  ", "process")]
    [InlineData("123", "process-123")]
    [InlineData("a\nb/c", "abc")]
    public void A_free_name_is_made_of_the_program(string program, string name) =>
        Assert.Equal(name, ProcessName.Unique(program, _ => false));

    [Fact]
    public void A_taken_name_gets_the_first_number_that_is_free()
    {
        HashSet<string> taken = ["python3", "python3-2", "python3-4"];
        Assert.Equal("python3-3", ProcessName.Unique("python3", taken.Contains));
    }

    [Fact]
    public void Whatever_the_program_is_called_its_name_is_valid_and_free() =>
        Gen.Select(
                Gen.OneOf(AnyText.WithoutNul, AnyText.WithoutNul.Array[10, 12].Select(string.Concat), Gen.Char['0', '9'].Array[1, 80].Select(string.Concat)),
                Gen.OneOf(0, 1, 9, 12_345))
            .Sample((program, taken) =>
            {
                var asked = 0;
                var name = ProcessName.Unique(program, _ => asked++ < taken);
                Assert.True(ProcessName.IsValid(name), name);
                Assert.Equal(taken + 1, asked);
            }, iter: 300);
}
