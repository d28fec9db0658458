using System.Text;
using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class EnvironmentBlockTests
{
    private static readonly Gen<EnvironmentBlock> Any =
        Gen.OneOf<byte>(0, (byte)'=', (byte)'A', (byte)'B', (byte)'x', 0xff).Array[0, 30].Select(bytes => new EnvironmentBlock(bytes));

    [Theory]
    [InlineData("A=1\0B=2\0", "A", "1")]
    [InlineData("A=1\0B=2\0", "B", "2")]
    [InlineData("A=1\0B=2", "B", "2")]
    [InlineData("A=\0", "A", "")]
    [InlineData("A=x=y\0", "A", "x=y")]
    [InlineData("A=1\0A=2\0", "A", "1")]
    [InlineData("AB=1\0A=2\0", "A", "2")]
    [InlineData("\0\0A=1\0", "A", "1")]
    [InlineData("É=ü😀\0", "É", "ü😀")]
    public void A_variable_has_its_value(string entries, string name, string value) =>
        Assert.Equal(value, Block(entries)[name]);

    [Theory]
    [InlineData("", "A")]
    [InlineData("B=1\0", "A")]
    [InlineData("AB=1\0", "A")]
    [InlineData("A\0", "A")]
    [InlineData("B=A=1\0", "A")]
    [InlineData("a=1\0", "A")]
    public void A_variable_that_is_not_set_has_none(string entries, string name) => Assert.Null(Block(entries)[name]);

    [Theory]
    [InlineData("", "A=new\0")]
    [InlineData("A=1\0B=2\0", "B=2\0A=new\0")]
    [InlineData("A=1\0B=2\0A=3\0", "B=2\0A=new\0")]
    [InlineData("AB=1", "AB=1\0A=new\0")]
    public void With_replaces_every_value_of_a_variable(string before, string after) =>
        Assert.Equal(after, Text(Block(before).With("A", "new")));

    [Theory]
    [InlineData("", "")]
    [InlineData("A=1\0B=2\0A=3\0", "B=2\0")]
    [InlineData("AB=1\0A\0", "AB=1\0A\0")]
    public void Without_takes_a_variable_out_and_leaves_the_others(string before, string after) =>
        Assert.Equal(after, Text(Block(before).Without("A")));

    [Fact]
    public void What_is_not_text_is_kept_byte_for_byte()
    {
        var block = new EnvironmentBlock([(byte)'X', (byte)'=', 0xff, 0xfe, 0, 0xc3, (byte)'=', 0]);
        Assert.Equal(
            [(byte)'X', (byte)'=', 0xff, 0xfe, 0, 0xc3, (byte)'=', 0, (byte)'A', (byte)'=', (byte)'1', 0],
            block.With("A", "1").Bytes.ToArray());
    }

    [Fact]
    public void Equal_content_has_the_same_key_and_other_content_another() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, 39], Gen.Byte[1, 255]).Sample((bytes, at, change) =>
        {
            var block = new EnvironmentBlock(bytes);
            Assert.Equal(block.Key, new EnvironmentBlock([.. bytes]).Key);
            Assert.NotEqual(block.Key, new EnvironmentBlock([.. bytes, change]).Key);
            if (at < bytes.Length)
                Assert.NotEqual(block.Key, new EnvironmentBlock([.. bytes[..at], (byte)(bytes[at] ^ change), .. bytes[(at + 1)..]]).Key);
        });

    [Fact]
    public void A_variable_is_what_it_was_last_made_and_no_other_changes() =>
        Gen.Select(Any, Gen.OneOf("A", "B"), Gen.OneOf("", "x", "A=1")).Sample((block, name, value) =>
        {
            var changed = block.With(name, value);
            Assert.Equal(value, changed[name]);
            Assert.Null(changed.Without(name)[name]);
            Assert.Equal(
                block.Entries().Where(entry => !IsOf(entry, name)).Select(entry => Convert.ToHexString(entry.Span)),
                changed.Without(name).Entries().Select(entry => Convert.ToHexString(entry.Span)));
        });

    [Fact]
    public void Entries_are_neither_empty_nor_hold_a_nul() => Any.Sample(block => Assert.All(
        block.Entries(), entry => Assert.True(entry.Length > 0 && !entry.Span.Contains((byte)0))));

    private static bool IsOf(ReadOnlyMemory<byte> entry, string name) =>
        Encoding.Latin1.GetString(entry.Span).StartsWith(name + "=", StringComparison.Ordinal);

    private static EnvironmentBlock Block(string entries) => new(Encoding.UTF8.GetBytes(entries));

    private static string Text(EnvironmentBlock block) => Encoding.UTF8.GetString(block.Bytes.Span);
}
