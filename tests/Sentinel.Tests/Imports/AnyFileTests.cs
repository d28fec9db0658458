using CsCheck;
using Sentinel.Core.Imports;
using Sentinel.Tests.Projects;
using Tomlyn.Parsing;
using FileKeys = Sentinel.Core.Projects.FileKeys;

namespace Sentinel.Tests.Imports;

/// <summary>Whatever a file holds, it is refused in words or comes to a text that is TOML, and that 'up' takes.</summary>
public sealed class AnyFileTests
{
    private static readonly int Tries = Long.IsAsked ? 100_000 : 1_000;

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "'", "\"", "`", ":", "=", ",", "#", ";", "\n", "\r\n", "\t", " ", "  ", "&a ", "*a", "<<: ", "- ", "!!str ", "|", ">", "%", "${",
        "$$", "\\", "\\u00", "\\ud800", "{{ daemons['x'].port }}", "%(ENV_X)s", "%(process_num)02d", "no", "~", "null", "-1", "1e999", "99999999999999999999",
        "/", "\0", "\u0001", "\ufeff", "é", "😀", "'''", "\"\"\"", "//", "/*", "[[x]]\n", "[a.b]\n",
    ];

    private static readonly Gen<string> AnyPiece = Gen.OneOf(Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]), Gen.String[Gen.Char, 0, 4]);

    private static readonly Gen<(int At, int Length, string Piece)[]> AnyDamage =
        Gen.Select(Gen.Int[0, 5000], Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, 200]), AnyPiece).Array[1, 5];

    public static TheoryData<string> Files => [.. Samples.All.Select(sample => sample.File).Append("Procfile")];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_file_is_refused_or_comes_to_toml(string file)
    {
        var text = file == "Procfile" ? "web: puma -p $PORT\n# x\nrelease: rake 'a b'\r\n\njob: PORT=1 x" : Samples.Plain(Samples.All.Single(sample => sample.File == file).Text);

        AnyDamage.Sample(damage => Judge(file, damage.Aggregate(text, Damaged)), iter: Tries);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Anything_at_all_is_refused_or_comes_to_toml(string file) =>
        AnyPiece.Array[0, 30].Select(string.Concat).Sample(text => Judge(file, text), iter: Tries);

    [Theory]
    [MemberData(nameof(Files))]
    public void Any_bytes_are_refused_or_come_to_toml(string file) =>
        Gen.Byte.Array[0, 100].Select(bytes => System.Text.Encoding.Latin1.GetString(bytes)).Sample(text => Judge(file, text), iter: Tries);

    private static string Damaged(string text, (int At, int Length, string Piece) damage)
    {
        var at = damage.At % (text.Length + 1);
        return text[..at] + damage.Piece + text[Math.Min(text.Length, at + damage.Length)..];
    }

    private static void Judge(string file, string text)
    {
        try
        {
            Check(Import.Of(file, text, new ImportOptions { KeepsContainers = text.Length % 2 == 0, HasForemanPorts = text.Length % 3 == 0 }), text);
        }
        catch (ImportException e)
        {
            Assert.StartsWith(file, e.Message);
        }
    }

    /// <summary>That it is TOML, and has only what the file may have.</summary>
    private static void Check(Imported imported, string from)
    {
        var document = SyntaxParser.Parse(imported.Toml, "sentinel.toml", validate: true);
        Assert.False(document.HasErrors, $"{document.Diagnostics}\n{imported.Toml}\nfrom:\n{from}");
        var root = TomlReader.Read("sentinel.toml", imported.Toml);
        Assert.Empty(root.Entries.Select(entry => entry.Key).Except(["name", "env-file", "env", "process"]));
        var processes = root.Find("process") is Node.Table table ? table.Entries : [];
        Assert.Equal(imported.Processes, processes.Count);
        foreach (var process in processes)
        {
            var keys = ((Node.Table)process.Value).Entries.Select(entry => entry.Key).ToList();
            Assert.Contains("run", keys);
            Assert.DoesNotContain(keys, key => FileKeys.Find(key) is null);
        }

        // Those that wait for each other do so in the file, too.
        var problems = Read.Problems(imported.Toml).Where(problem => !problem.Contains("these wait for each other")).ToArray();
        Assert.True(problems.Length == 0, $"{string.Join('\n', problems)}\n{imported.Toml}\nfrom:\n{from}");
    }
}
