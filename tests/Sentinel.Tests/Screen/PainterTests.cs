using CsCheck;
using Sentinel.Screen.Cells;
using Size = Sentinel.Screen.Cells.Size;

namespace Sentinel.Tests.Screen;

public sealed class PainterTests
{
    private static readonly Size Small = new(12, 4);

    private static readonly Gen<string> Texts = Gen.OneOf(
        "a", "hello", "日本語", "e\u0301\u0302", "👩\u200d👩", "─│╭", "\u202e", "\a\e", "x y  z", "🇩🇪", "\u0301", "ﷺ", "नाम", "❤\ufe0f!", "   ", "\t");

    private static readonly Gen<Ink> Inks = Gen.OneOf(
        Ink.Plain, Ink.Bold, Ink.Red, Ink.Reversed, new Ink(Hue.Indexed(200)), new Ink(Hue.Of(1, 2, 3), Hue.Of(200, 100, 50), Strokes.Underlined));

    // Drawn one over the other, as views do.
    private static readonly Gen<Canvas> Canvases = Gen.Select(Gen.Int[0, 4], Gen.Int[-1, 12], Texts, Inks).Array[0, 12].Select(draws =>
    {
        var canvas = new Canvas(Small);
        foreach (var (row, column, text, ink) in draws)
            canvas.Put(row, Math.Max(0, column), text, ink);
        return canvas;
    });

    [Theory]
    [InlineData(ColorDepth.None)]
    [InlineData(ColorDepth.Sixteen)]
    [InlineData(ColorDepth.TwoHundredFiftySix)]
    [InlineData(ColorDepth.True)]
    public void What_is_painted_over_any_screen_is_the_next_one(object depth) => Canvases.Array[1, 6].Sample(canvases =>
    {
        var (terminal, painter, before) = (new MiniTerminal(Small), new Painter((ColorDepth)depth), (Canvas?)null);
        foreach (var canvas in canvases)
        {
            terminal.Write(painter.Paint(before, canvas));
            Assert.Null(terminal.DifferenceFrom(canvas, (ColorDepth)depth));
            before = canvas;
        }
    }, iter: 2000);

    [Fact]
    public void What_stays_the_same_is_not_written() => Canvases.Sample(canvas => Assert.Equal("", new Painter(ColorDepth.True).Paint(canvas, canvas)), iter: 300);

    [Fact]
    public void A_second_that_passes_costs_a_few_bytes()
    {
        var scene = Shop.Scene(120, 30);
        var before = Sentinel.Screen.Views.View.Draw(scene);
        var later = Sentinel.Screen.Views.View.Draw(scene.Seen([.. Shop.Processes.Select(process => process with { UptimeSeconds = process.UptimeSeconds + 1 })]));

        Assert.InRange(new Painter(ColorDepth.True).Paint(before, later).Length, 1, 200);
    }

    [Fact]
    public void Where_a_terminal_shows_ASCII_alone_nothing_else_is_written() => Canvases.Sample(canvas =>
        Assert.All(new Painter(ColorDepth.Sixteen, hasUnicode: false).Paint(null, canvas), letter => Assert.InRange(letter, '\e', '~')), iter: 300);

    [Fact]
    public void Without_colours_no_colour_is_chosen() => Canvases.Sample(canvas =>
        Assert.DoesNotMatch(@"\e\[[0-9;]*\b([34][0-9]|9[0-7]|10[0-7])\b[0-9;]*m", new Painter(ColorDepth.None).Paint(null, canvas)), iter: 300);

    [Theory]
    [InlineData(255, 0, 0, 196, 9)]
    [InlineData(0, 0, 0, 16, 0)]
    [InlineData(255, 255, 255, 231, 15)]
    [InlineData(128, 128, 128, 244, 7)]
    [InlineData(0, 100, 0, 22, 2)]
    public void A_mixture_becomes_the_nearest_that_there_is(int red, int green, int blue, int of256, int of16)
    {
        var hue = Hue.Of(red, green, blue);

        Assert.Equal((of256, of16), (hue.In(ColorDepth.TwoHundredFiftySix).Index!.Value, hue.In(ColorDepth.Sixteen).Index!.Value));
    }

    [Theory]
    [InlineData("plain", "plain:")]
    [InlineData("\e[1;31mred\e[0m end", "red:1;31| end:")]
    [InlineData("\e[38;5;200mx\e[38;2;1;2;3my", "x:38;5;200|y:38;2;1;2;3")]
    [InlineData("a\e[2Jb\e]0;title\ac\e]8;;x\e\\d", "a:|b:|c:|d:")]
    [InlineData("cut\e[", "cut:")]
    [InlineData("\e[7mr\e[27mn", "r:7|n:")]
    public void Of_what_a_program_writes_only_colours_are_taken(string text, string expected) => Assert.Equal(expected, string.Join('|',
        ColoredText.Parts(text, Ink.Plain).Select(part => $"{part.Text}:{part.Ink.Sgr(ColorDepth.True)[2..^1].TrimStart('0').TrimStart(';')}")));
}
