using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;

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
            iter: Long.Times(100, otherwise: 20));

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
            Assert.Equal(lines.Where(line => regex.IsMatch(line)), Read(text, new LogPattern(expression, isRaw: true)).Select(line => line.Text));
        },
        iter: 200);

    private static readonly Gen<string> AnyAtom = Gen.OneOf(
        Gen.OneOf("a", "b", "c", "ab", "abc", "error", "é", "😀", ".", "[a-c]", "[^a]", "[]a]", "[é😀]", @"\.", @"\d", @"\w", @"\s", @"\b", @"\[", @"\\", @"\t", @"\x61", @"\u0062", @"\😀", " ", "{", "}", "a{,2}"),
        Gen.Select(Gen.OneOf("(a)", "(ab|c)", "(?:bc)", "(a(b))", "([(])", @"(\))"), group => group));

    private static readonly Gen<string> AnyExpression = Gen.Select(
        Gen.Select(AnyAtom, Gen.OneOf("", "", "", "?", "*", "+", "{0}", "{1,2}", "??", "*?"), (atom, often) => atom + often).Array[1, 5].Select(string.Concat),
        Gen.OneOf("{0}", "{0}", "{0}", "^{0}", "{0}$", "{0}|b", "(?i){0}"),
        (expression, form) => form.Replace("{0}", expression));

    [Fact]
    public void Lines_match_as_any_expression_says() => Gen.Select(
        AnyExpression, Gen.OneOf("", "a", "b", "c", "abc", "error", "é", "É", "😀", "A", ".", "[", "{", "}", " ", "1", "\\", "\t", ")", "(").Array[0, 6].Select(string.Concat).Array[1, 20]).Sample(
        (expression, lines) =>
        {
            Regex regex;
            try
            {
                // The other engine is wrong about (?i)[^a]{1,2}\b where a word ends between the two.
                regex = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            }
            catch (ArgumentException)
            {
                Assert.Throws<FormatException>(() => new LogPattern(expression));
                return;
            }

            var text = string.Concat(lines.Select(line => line + "\n"));
            Assert.Equal(lines.Where(line => regex.IsMatch(line)), Read(text, new LogPattern(expression, isRaw: true)).Select(line => line.Text));
        },
        iter: Long.Times(3_000, otherwise: 300));

    [Theory]
    [InlineData(@"ready in \d+ ms", "\e[2mready in \e[1m153\e[22m ms", true)]
    [InlineData("ready", "re\e[1mady", true)]
    [InlineData("^ready$", "wait\rready\r", true)]
    [InlineData("^ready[.][.]$", "wait...\rready\r", true)]
    [InlineData("^ready$", "wait...\r\e[Kready\r", true)]
    [InlineData("he ready", "the other\rshe ready", true)]
    [InlineData("100% of", "1  % of\r100", true)]
    [InlineData("wait", "wait...\rready", false)]
    [InlineData("31", "\e[31mred", false)]
    [InlineData(@"\e\[31m", "\e[31mred", true)]
    [InlineData("title", "\e]0;title\ax", false)]
    [InlineData("31", "\u009b31mred", false)]
    [InlineData("^red", "\u009b31mred", true)]
    [InlineData("© 2026", "© 2026", true)]
    public void What_is_shown_is_matched(string expression, string line, bool matches)
    {
        Assert.Equal(matches, new LogPattern(expression).IsMatch(Encoding.UTF8.GetBytes(line)));
        Assert.Equal(matches ? 1 : 0, Read($"other\n{line}\nlast\n", new LogPattern(expression)).Count);
    }

    [Theory]
    [InlineData("^ready$", "wait\rready\rdone", true)]
    [InlineData("31", "\e[31mred", true)]
    [InlineData(@"in \d ms", "in \e[1m3\e[0m ms", true)]
    [InlineData("never", "wait\rready", false)]
    public void Ready_is_what_it_was_shown_to_be_at_any_time(string expression, string line, bool matches) =>
        Assert.Equal(matches, new LogPattern(expression).EverMatches(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Last_words_are_shown_without_escapes_and_cut_where_they_are_very_long()
    {
        var lines = ShownText.Lines(Encoding.UTF8.GetBytes($"10%\r100%\r\n\e[31mred\e[0m\n{new string('é', 5000)}\n"));
        Assert.Equal(["100%", "red", $"{new string('é', 1024)} ... (7,952 more bytes)"], lines);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("needle$")]
    [InlineData("y*n.edle")]
    public void A_line_may_be_50_MB_long(string? expression)
    {
        const int Length = 50 * 1024 * 1024;
        File.WriteAllText(_folder["log"], "short\n" + new string('x', Length) + "needle\nlast needle");
        using var log = new LogHistory(_folder["log"], new LogFiles());

        var lines = LogLines.Read(log, 0, log.End, expression is null ? null : new LogPattern(expression)).Select(line => (line.Position, line.Text.Length));

        Assert.Equal([.. expression is null ? new[] { (0L, 5) } : [], (6, Length + 6), (6 + Length + 7, 11)], lines);
    }

    [Fact]
    public void A_line_that_is_in_two_backups_is_one()
    {
        var path = _folder["web.stdout.log"];
        File.WriteAllText(path + ".2", "first\nsec");
        File.WriteAllText(path + ".1", "ond, ");
        File.WriteAllText(path, "still\nthird\n");
        using var log = new LogHistory(path, new LogFiles());

        Assert.Equal(["first", "second, still", "third"], LogLines.Read(log, log.Start, log.End).Select(line => Encoding.UTF8.GetString(line.Text.Span)));
        Assert.Equal(-8, LogFile.StartOfLastLines(log, 2, log.Start, log.End));
    }

    [Fact]
    public void Lines_around_go_on_where_more_comes_later()
    {
        var excerpt = new LogExcerpt(new LogPattern("!"), before: 1, after: 2);
        string Next(string text) => string.Join(' ', excerpt.Next(new LogLine(0, Encoding.UTF8.GetBytes(text))).Select(line => line is { } one ? Encoding.UTF8.GetString(one.Text.Span) : "--"));

        Assert.Equal(["", "", "b !", "c", "d", "", "", "-- f !", "!"], ((string[])["a", "b", "!", "c", "d", "e", "f", "!", "!"]).Select(Next));
    }

    [Fact]
    public void An_expression_that_is_none_says_so() =>
        Assert.StartsWith("'(' is not a regular expression: ", Assert.Throws<FormatException>(() => new LogPattern("(")).Message);

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
        var lines = new LineAssembler();
        (long, string)[] pieces = [(100, "on"), (102, "e\ntwo\nth"), (110, ""), (110, "ree\nlo"), (0, "afresh\nhalf")];
        var all = pieces.SelectMany(piece => lines.Add(piece.Item1, Encoding.UTF8.GetBytes(piece.Item2)).Select(Told).ToList());
        // What something has emptied goes on with another line.
        Assert.Equal([(100, "one"), (104, "two"), (108, "three"), (114, "lo"), (0, "afresh")], all);
        Assert.Equal((7, "half"), Told(lines.Unfinished!.Value));

        static (long, string) Told(LogLine line) => (line.Position, Encoding.UTF8.GetString(line.Text.Span));
    }

    [Theory]
    [InlineData("10%\r20%\r100%", "100%", "100%")]
    [InlineData("a longer text\rshort", "shortger text", "shortger text")]
    [InlineData("a longer text\rshort\e[K", "short", "short")]
    [InlineData("a longer text\r\e[2Kshort", "short", "short")]
    [InlineData("abc\r\rx\r", "xbc", "xbc")]
    [InlineData("abcdef\rab\e[1Kx", "  xdef", "  xdef")]
    [InlineData("\e[32mdone 50%\e[0m\r\e[31mgone", "gone 50%", "\e[0m\e[31mgone\e[0m\e[32m 50%\e[0m")]
    [InlineData("日本語\rab", "ab本語", "ab本語")]
    [InlineData("日本語\rabc", "abc 語", "abc 語")]
    [InlineData("abcd\r日", "日cd", "日cd")]
    [InlineData("e\u0301te\rx", "xte", "xte")]
    [InlineData("xte\re\u0301", "e\u0301te", "e\u0301te")]
    [InlineData("one\ttwo\rX", "Xne     two", "Xne     two")]
    [InlineData("\e]0;title\a50%\r99%", "99%", "99%")]
    [InlineData("10%\r\u001b", "10%", "10%")]
    public void A_line_that_is_drawn_over_is_what_a_terminal_shows_in_the_end(string line, string shown, string colored)
    {
        Assert.Equal(shown, Encoding.UTF8.GetString(ShownText.Of(Encoding.UTF8.GetBytes(line)).Span));
        Assert.Equal(colored, Encoding.UTF8.GetString(ShownText.WithEscapes(Encoding.UTF8.GetBytes(line)).Span));
    }

    [Fact]
    public void Any_bytes_can_be_drawn_over() => Gen.OneOf<byte>(13, 13, 27, (byte)'[', (byte)'K', (byte)'m', (byte)'1', (byte)';', 9, 0, 0xc2, 0x9b, 0xe6, 0x97, 0xa5, 0xff, (byte)'x')
        .Array[0, 40].Sample(
            bytes => Assert.Equal(-1, ShownText.Of(bytes).Span.IndexOf((byte)13)),
            iter: Long.Times(20_000, otherwise: 2_000));

    [Fact]
    public void What_is_too_long_to_be_drawn_is_its_last_part() => Assert.Equal(
        "done", Encoding.UTF8.GetString(ShownText.Of(Encoding.UTF8.GetBytes(new string('x', 100_000) + "\rdone")).Span));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\e[1;31mred\e[0m", "red")]
    [InlineData("\e]8;;http://x\e\\link\e]8;;\a", "link")]
    [InlineData("\e(Bx\eMy", "xy")]
    [InlineData("\e[31", "")]
    [InlineData("\e]0;never closed\nnext", "\nnext")]
    [InlineData("\e[38;5;1mé\e[K\u0000\r\t", "é\0\r\t")]
    [InlineData("\eP+q\e\\a\e^x\e\\b\e_y\ac\eXz\e\\d", "abcd")]
    [InlineData("\e\e[1mx", "x")]
    [InlineData("\u009b31mred\u009d0;title\u009cx\u0085y", "redxy")]
    [InlineData("© 2026 ° é", "© 2026 ° é")]
    [InlineData("\e\n[1m", "\n[1m")]
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
