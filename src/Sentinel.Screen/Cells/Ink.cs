namespace Sentinel.Screen.Cells;

/// <summary>How many colours a terminal has.</summary>
internal enum ColorDepth
{
    None,
    Sixteen,
    TwoHundredFiftySix,
    True,
}

/// <summary>A colour: that of the terminal, one of its 256, or a mixture of red, green and blue.</summary>
internal readonly record struct Hue
{
    private const int Mixed = 1 << 24;

    // 0: the terminal's own; 1 to 256: one of its colours; from Mixed on: a mixture.
    private readonly int _value;

    private Hue(int value) => _value = value;

    public static Hue Indexed(int index) => new(index + 1);

    public static Hue Of(int red, int green, int blue) => new(Mixed | (red << 16) | (green << 8) | blue);

    /// <summary>Its number among 256; null: it has none.</summary>
    public int? Index => _value is > 0 and < Mixed ? _value - 1 : null;

    /// <summary>Null: it is no mixture.</summary>
    public (int Red, int Green, int Blue)? Mixture => _value >= Mixed ? ((_value >> 16) & 0xff, (_value >> 8) & 0xff, _value & 0xff) : null;

    /// <summary>The nearest colour that a terminal with fewer has.</summary>
    public Hue In(ColorDepth depth) => depth switch
    {
        ColorDepth.None => default,
        ColorDepth.True => this,
        ColorDepth.TwoHundredFiftySix => Mixture is { } mixture ? Indexed(InCube(mixture)) : this,
        _ => Mixture is { } mixture ? Indexed(OfSixteen(mixture)) : Index is > 15 and var index ? Indexed(OfSixteen(MixtureOf(index))) : this,
    };

    /// <summary>Its number in a sequence that chooses graphics (SGR), for text or for what is behind it.</summary>
    public string Sgr(bool isGround) => (Index, Mixture) switch
    {
        ({ } index and < 8, _) => $"{(isGround ? 40 : 30) + index}",
        ({ } index and < 16, _) => $"{(isGround ? 100 : 90) + index - 8}",
        ({ } index, _) => $"{(isGround ? 48 : 38)};5;{index}",
        (_, var (red, green, blue)) => $"{(isGround ? 48 : 38)};2;{red};{green};{blue}",
        _ => isGround ? "49" : "39",
    };

    // 16 to 231 are a cube of six steps a side, 232 to 255 shades of grey.
    private static int InCube((int Red, int Green, int Blue) mixture) => mixture is var (red, green, blue) && red == green && green == blue && red is > 7 and < 239
        ? 232 + ((red - 8) / 10)
        : 16 + (36 * Step(red)) + (6 * Step(green)) + Step(blue);

    private static int Step(int part) => part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40;

    private static (int, int, int) MixtureOf(int index) => index >= 232 ? (8 + (10 * (index - 232)), 8 + (10 * (index - 232)), 8 + (10 * (index - 232)))
        : (Part((index - 16) / 36), Part((index - 16) / 6 % 6), Part((index - 16) % 6));

    private static int Part(int step) => step == 0 ? 0 : 55 + (40 * step);

    private static int OfSixteen((int Red, int Green, int Blue) mixture)
    {
        var (red, green, blue) = mixture;
        var strongest = Math.Max(red, Math.Max(green, blue));
        if (strongest < 64)
            return 0;
        var half = strongest / 2;
        var index = (red > half ? 1 : 0) | (green > half ? 2 : 0) | (blue > half ? 4 : 0);
        return strongest > 192 ? index + 8 : index == 7 && strongest < 128 ? 8 : index;
    }
}

[Flags]
internal enum Strokes
{
    None = 0,
    Bold = 1,
    Dim = 2,
    Italic = 4,
    Underlined = 8,
    Reversed = 16,
}

/// <summary>How a cell is drawn. The default is as the terminal draws, so that a light one stays light.</summary>
internal readonly record struct Ink(Hue Text = default, Hue Ground = default, Strokes Strokes = Strokes.None)
{
    public static readonly Ink Plain;
    public static readonly Ink Bold = new(Strokes: Strokes.Bold);
    public static readonly Ink Dim = new(Strokes: Strokes.Dim);
    public static readonly Ink Reversed = new(Strokes: Strokes.Reversed);
    public static readonly Ink Red = new(Hue.Indexed(1));
    public static readonly Ink Green = new(Hue.Indexed(2));
    public static readonly Ink Yellow = new(Hue.Indexed(3));
    public static readonly Ink Cyan = new(Hue.Indexed(6));

    public Ink With(Strokes more) => this with { Strokes = Strokes | more };

    /// <summary>The sequence that chooses it, whatever was chosen before.</summary>
    public string Sgr(ColorDepth depth)
    {
        var parts = "0";
        foreach (var (stroke, number) in new[] { (Strokes.Bold, 1), (Strokes.Dim, 2), (Strokes.Italic, 3), (Strokes.Underlined, 4), (Strokes.Reversed, 7) })
            if (Strokes.HasFlag(stroke))
                parts += $";{number}";
        var (text, ground) = (Text.In(depth), Ground.In(depth));
        return $"\e[{parts}{(text == default ? "" : $";{text.Sgr(isGround: false)}")}{(ground == default ? "" : $";{ground.Sgr(isGround: true)}")}m";
    }
}
