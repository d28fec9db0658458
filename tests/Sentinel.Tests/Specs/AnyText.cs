using System.Text;
using CsCheck;

namespace Sentinel.Tests.Specs;

/// <summary>Text as people and programs write it: mostly plain, now and then anything that Unicode has.</summary>
internal static class AnyText
{
    private static readonly Gen<Rune> Plain = Gen.Char[' ', '~'].Select(c => new Rune(c));

    // What some part of the way is likely to treat in a way of its own.
    private static readonly Gen<Rune> Awkward = Gen.OneOf(
        [.. "\u0001\t\r\n\u001b\"'\\/$`\u007f\u0085éß\u200d\u2028\ufeff\ufffd😀".EnumerateRunes()]);

    private static readonly Gen<Rune> Unicode = Gen.Int[1, 0x10ffff].Where(value => Rune.IsValid(value)).Select(value => new Rune(value))
        // What stands for a byte that is no text is never text.
        .Where(rune => !Sentinel.Model.Specs.NativeText.IsByte(rune));

    /// <summary>No character NUL: nothing that is handed to a program can have one.</summary>
    public static readonly Gen<string> WithoutNul =
        Gen.Frequency((6, Plain), (2, Awkward), (1, Unicode)).Array[0, 12].Select(string.Concat);

}
