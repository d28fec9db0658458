using System.Text;
using System.Text.Json;
using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class NativeTextTests
{
    // Text, what is none, what is cut short, and what stands for a byte.
    private static readonly byte[][] Pieces =
        ["é"u8.ToArray(), "😀"u8.ToArray(), [0xe9], [0xf4, 0x8f], [0xed, 0xa0, 0x80], Encoding.UTF8.GetBytes(char.ConvertFromUtf32(0x10fe00 + 0xe9))];

    [Fact]
    public void Any_bytes_come_back_as_they_were() => Gen.OneOf(
        Gen.Byte.Array[0, 12],
        Gen.Int[0, Pieces.Length - 1].Array[0, 6].Select(parts => parts.SelectMany(part => Pieces[part]).ToArray())).Sample(bytes =>
    {
        var text = NativeText.Of(bytes);
        Assert.Equal(bytes, NativeText.Bytes(text));
        // Also by way of the state.
        Assert.Equal(text, JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(text)));
    });

    [Fact]
    public void What_is_text_stays_as_it_is()
    {
        Assert.Equal("naïve 😀", NativeText.Of("naïve 😀"u8));
        Assert.True(NativeText.IsText("naïve 😀"));
        Assert.Equal("naïve 😀", NativeText.Readable("naïve 😀"));
    }

    [Fact]
    public void What_is_none_is_readable_and_is_told_from_text()
    {
        var text = NativeText.Of([(byte)'a', 0xe9, (byte)'b']);
        Assert.False(NativeText.IsText(text));
        Assert.Equal(@"a\xe9b", NativeText.Readable(text));
        Assert.Equal(@"run $'a\xe9b'", Command.From(["run", text]).Text);
        Assert.False(ProcessName.IsValid(text));
        Assert.Equal("ab", ProcessName.Unique(text, _ => false));
    }
}
