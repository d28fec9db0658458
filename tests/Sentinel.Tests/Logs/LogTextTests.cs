using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Sentinel.Core.Logs;
using Sentinel.Linux;
using Sentinel.Rendering;

namespace Sentinel.Tests.Logs;

public sealed class LogTextTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Gen<string> AnyLine = Gen.OneOf("", "a", "ab", "abc", "error: no", "b error", "xyz", "a\r", "[x]").Array[0, 3].Select(string.Concat);

    [Fact]
    public void Lines_are_whole_wherever_blocks_end() =>
        Gen.Select(Gen.OneOf(AnyLine, Gen.Int[250_000, 300_000].Select(length => new string('l', length))).Array[0, 8], Gen.Bool).Sample(
            (lines, isClosed) =>
            {
                var text = string.Join('\n', lines) + (isClosed ? "\n" : "");
                var expected = text.EndsWith('\n') ? text[..^1].Split('\n') : text.Length == 0 ? [] : text.Split('\n');
                Assert.Equal(expected, Read(text).Select(line => line.Text));
                Assert.All(Read(text), line => Assert.Equal(line.Text, text.Substring((int)line.Position, line.Text.Length)));
            },
            iter: 100);

    [Theory]
    [InlineData("error")]
    [InlineData("^b")]
    [InlineData("b$")]
    [InlineData("ab?c")]
    [InlineData("a.c")]
    [InlineData("erro+r")]
    [InlineData("error: [a-z]o")]
    [InlineData("x{2}yz|abc")]
    [InlineData("(?i)ERROR")]
    [InlineData(@"error\:\sno")]
    [InlineData(@"\x61b")]
    [InlineData(@"(a)\1")]
    [InlineData("")]
    [InlineData("[]x]")]
    [InlineData(@"[\]x]y")]
    [InlineData("(abc)*error")]
    [InlineData("abc(def)?")]
    [InlineData("ab{0}")]
    public void Lines_match_as_the_expression_says(string expression) => AnyLine.Array[0, 30].Sample(
        lines =>
        {
            var regex = new Regex(expression, RegexOptions.CultureInvariant);
            var text = string.Concat(lines.Select(line => line + "\n"));
            Assert.Equal(lines.Where(line => regex.IsMatch(line)), Read(text, new LogPattern(expression)).Select(line => line.Text));
        },
        iter: 200);

    [Fact]
    public void An_expression_that_is_none_says_so() =>
        Assert.StartsWith("'(' is no regular expression: ", Assert.Throws<FormatException>(() => new LogPattern("(")).Message);

    [Fact]
    public void What_is_not_text_is_matched_as_far_as_it_is()
    {
        byte[] text = [0xff, 0xfe, .. "error\0 here\n"u8, 0, 0, (byte)'\n'];
        File.WriteAllBytes(_folder["log"], text);
        using var log = new LogHistory(_folder["log"], new LogFiles());
        Assert.Equal(text[..^4], Assert.Single(LogLines.Read(log, 0, text.Length, new LogPattern("err.r"))).Text.ToArray());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void Lines_around_are_those_that_grep_shows(int before, int after)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/grep") || File.Exists("/bin/grep"), "there is no grep");
        var random = new Random(1);
        for (var i = 0; i < 30; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 40).Select(n => $"{n}{(random.Next(8) == 0 ? "!" : "")}\n"));
            File.WriteAllText(_folder["log"], text);
            using var grep = Process.Start(new ProcessStartInfo("grep", ["-B", $"{before}", "-A", $"{after}", "!", _folder["log"]]) { RedirectStandardOutput = true })!;
            var excerpt = new LogExcerpt(new LogPattern("!"), before, after);
            var shown = new StringBuilder();
            using (var log = new LogHistory(_folder["log"], new LogFiles()))
                foreach (var line in LogLines.Read(log, 0, log.End, excerpt.Filter).SelectMany(excerpt.Next))
                    shown.Append(line is { } one ? Encoding.UTF8.GetString(one.Text.Span) : "--").Append('\n');
            Assert.Equal(grep.StandardOutput.ReadToEnd(), shown.ToString());
        }
    }

    [Fact]
    public void What_comes_in_pieces_is_put_together()
    {
        var lines = new LineAssembler(100);
        var all = new[] { "on", "e\ntwo\nth", "", "ree\n" }.SelectMany(piece =>
            lines.Add(Encoding.UTF8.GetBytes(piece)).Select(line => (line.Position, Encoding.UTF8.GetString(line.Text.Span))).ToList());
        Assert.Equal([(100, "one"), (104, "two"), (108, "three")], all);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\e[1;31mred\e[0m", "red")]
    [InlineData("\e]8;;http://x\e\\link\e]8;;\a", "link")]
    [InlineData("\e(Bx\eMy", "xy")]
    [InlineData("\e[31", "")]
    [InlineData("\e]0;never closed\nnext", "\nnext")]
    public void Escape_sequences_are_cut_also_in_pieces(string text, string shown)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var cutter = new EscapeCutter();
            Assert.Equal(shown, Encoding.UTF8.GetString([.. cutter.Cut(bytes.AsMemory(0, at)).Span, .. cutter.Cut(bytes.AsMemory(at)).Span]));
        }
    }

    private List<(long Position, string Text)> Read(string text, LogPattern? pattern = null)
    {
        // Samples are taken at the same time.
        var path = _folder[Guid.NewGuid().ToString()];
        File.WriteAllText(path, text);
        using var log = new LogHistory(path, new LogFiles());
        return [.. LogLines.Read(log, 0, log.End, pattern).Select(line => (line.Position, Encoding.UTF8.GetString(line.Text.Span)))];
    }
}
