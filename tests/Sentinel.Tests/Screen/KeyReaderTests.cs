using System.Text;
using CsCheck;
using Sentinel.Screen.Keys;

namespace Sentinel.Tests.Screen;

public sealed class KeyReaderTests
{
    private static readonly string[] Sequences =
    [
        "a", "ü", "日", "🧹", "\r", "\t", "\u007f", "\u0003", "\e[A", "\eOB", "\e[1;5C", "\e[5~", "\e[3~", "\e[Z", "\e[15~", "\eOP", "\e[<0;10;5M", "\e[<0;10;5m", "\e[<64;1;1M",
        "\e[200~pasted\n\e[A text ü\e[201~", "\ea", "\e[H", "\e[4~", "\e[99;99;99q",
    ];

    [Fact]
    public void However_it_is_cut_it_is_the_same_keys() => Gen.Select(Gen.OneOf(Sequences).Array[1, 8], Gen.Int[1, 7].Array[1, 10]).Sample((parts, cuts) =>
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
        var (reader, read) = (new KeyReader(), new List<Key>());
        for (int at = 0, cut = 0; at < bytes.Length; cut++)
        {
            var length = Math.Min(cuts[cut % cuts.Length], bytes.Length - at);
            read.AddRange(reader.Read(bytes.AsSpan(at, length)));
            at += length;
        }

        Assert.Equal(new KeyReader().Read(bytes), read);
        Assert.False(reader.IsWaiting);
    }, iter: 3000);

    [Theory]
    [InlineData("\e[A", "Up")]
    [InlineData("\eOA", "Up")]
    [InlineData("\e[1;5D", "Ctrl Left")]
    [InlineData("\e[6~", "PageDown")]
    [InlineData("\e[1~", "Home")]
    [InlineData("\eOF", "End")]
    [InlineData("\e[Z", "BackTab")]
    [InlineData("\e[24~", "Function 12")]
    [InlineData("\eOP", "Function 1")]
    [InlineData("\u0003", "Ctrl Text c")]
    [InlineData("\ex", "Escape, Text x")]
    [InlineData("\e[1;3A", "Alt Up")]
    [InlineData("\b", "Backspace")]
    [InlineData("\n", "Enter")]
    [InlineData("\e[<65;3;4M", "WheelDown 3,2")]
    [InlineData("\e[200~a b\e[201~", "Paste a b")]
    [InlineData("\e[99999z", "")]
    [InlineData("\e\e[A", "Escape, Up")]
    public void Terminals_say_it_so(string bytes, string keys) => Assert.Equal(keys, Words(new KeyReader().Read(Encoding.UTF8.GetBytes(bytes))));

    [Fact]
    public void An_escape_by_itself_is_known_by_the_pause_after_it()
    {
        var reader = new KeyReader();

        Assert.Empty(reader.Read("\e"u8));
        Assert.True(reader.IsWaiting);
        Assert.Equal("Escape", Words(reader.Pause()));
        Assert.False(reader.IsWaiting);
    }

    [Fact]
    public void What_is_pasted_presses_no_keys()
    {
        var reader = new KeyReader();

        Assert.Empty(reader.Read("\e[200~x\rq"u8));
        Assert.Empty(reader.Pause());
        Assert.Equal("Paste x\rq!", Words(reader.Read("!\e[201~"u8)));
    }

    [Fact]
    public void Whatever_comes_a_reader_goes_on() => Gen.Byte.Array[0, 40].Array[1, 5].Sample(pieces =>
    {
        var reader = new KeyReader();
        foreach (var piece in pieces)
        {
            reader.Read(piece);
            reader.Pause();
        }

        // Out of any paste.
        reader.Read("\e[201~"u8);
        reader.Pause();
        Assert.Equal("Text k", Words(reader.Read("k"u8)));
    }, iter: 3000);

    private static string Words(IReadOnlyList<Key> keys) => string.Join(", ", keys.Select(key => string.Join(' ', new[]
    {
        key.Ctrl ? "Ctrl" : null, key.Alt ? "Alt" : null, key.Code.ToString(), key.Text.Length > 0 ? key.Text : null, key.Row + key.Column > 0 ? $"{key.Row},{key.Column}" : null,
    }.OfType<string>())));
}
