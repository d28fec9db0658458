using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Sentinel.Core.Environments;
using Sentinel.Tests.Specs;

namespace Sentinel.Tests.Environments;

public sealed class DotEnvTests
{
    private static readonly Dictionary<string, string> Outside = new() { ["SET"] = "out", ["EMPTY"] = "", ["PATH"] = "/bin", ["a.b"] = "dots" };

    // What a file may be made of, well-formed or not.
    private static readonly Gen<string> AnyPiece = Gen.Frequency(
        (6, Gen.OneOf("A", "B=", "C='", "D=\"", "E=`", "export ", "F=$A", "G=${A", "H=\"${B:-", "I=${C:?", "J=${SET+", "\n", "=", "}", "a.b-c")),
        (3, Gen.OneOf("'", "\"", "`", "$", "{", "(", ")", "\\", "#", " ", "\t", "\n", "1", "\ufeff")),
        (1, AnyText.WithoutNul.Select(text => text.Replace("\r", ""))));

    private static readonly Gen<string> AnyFile = AnyPiece.Array[0, 40].Select(string.Concat);

    private static readonly Gen<string> AnyName = Gen.Select(
        Gen.Char["abzABZ_"], Gen.String[Gen.Char["abzABZ_09.-"], 0, 8], (first, others) => first + others);

    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("A=", "")]
    [InlineData("A=  ", "")]
    [InlineData("A=one two", "one two")]
    [InlineData("  A = \t 1 \t", "1")]
    [InlineData("A=b=c", "b=c")]
    [InlineData("A=é日本😀", "é日本😀")]
    [InlineData("A=1\u00a0", "1")]
    [InlineData("A=C:\\new\\temp", "C:\\new\\temp")]
    [InlineData("A=a\\\\b", "a\\\\b")]
    [InlineData("A=a\"b c\"", "a\"b c\"")]
    [InlineData("A=it's", "it's")]
    [InlineData("A=1 # comment", "1")]
    [InlineData("A=1\t#comment", "1")]
    [InlineData("A=1#2", "1#2")]
    [InlineData("A=#1", "#1")]
    [InlineData("A= #1", "")]
    [InlineData(@"A=1 \# 2", "1 # 2")]
    [InlineData(@"A=\$SET", "$SET")]
    public void A_value_without_quotes_ends_with_its_line_or_at_a_comment(string line, string value) =>
        Assert.Equal(value, ValueOfA(line));

    [Theory]
    [InlineData("A=''", "")]
    [InlineData("A=' 1 '", " 1 ")]
    [InlineData("A='one\ntwo'", "one\ntwo")]
    [InlineData("A='one\n\n# two\nB=3'", "one\n\n# two\nB=3")]
    [InlineData("A='$SET ${SET} \\n \\ \" ` #'", "$SET ${SET} \\n \\ \" ` #")]
    [InlineData("A=``", "")]
    [InlineData("A=`it's \"$SET\" \\n`", "it's \"$SET\" \\n")]
    [InlineData("A=`one\ntwo`", "one\ntwo")]
    public void Nothing_in_single_quotes_or_backticks_means_anything(string line, string value) =>
        Assert.Equal(value, ValueOfA(line));

    [Theory]
    [InlineData("A=\"\"", "")]
    [InlineData("A=\" 1 \"", " 1 ")]
    [InlineData("A=\"one\ntwo\"", "one\ntwo")]
    [InlineData("A=\"it's # `no` comment\"", "it's # `no` comment")]
    [InlineData("""A="\n\r\t\"\\\$" """, "\n\r\t\"\\$")]
    [InlineData("""A="\a\q\#\' " """, """\a\q\#\' """)]
    [InlineData("""A="C:\\new" """, "C:\\new")]
    [InlineData("""A="\${SET} \\${SET}" """, """${SET} \out""")]
    [InlineData("A=\"one\\\ntwo\"", "one\\\ntwo")]
    public void Double_quotes_know_escapes(string line, string value) => Assert.Equal(value, ValueOfA(line));

    [Theory]
    [InlineData("A='1' ")]
    [InlineData("A=\"1\" # comment")]
    [InlineData("A=`1`#comment")]
    [InlineData("A = '1'\t#")]
    public void After_a_closing_quote_there_may_be_a_comment(string line) => Assert.Equal("1", ValueOfA(line));

    [Theory]
    [InlineData("A=${SET}", "out")]
    [InlineData("A=\"$SET ${SET}\"", "$SET out")]
    [InlineData("A=$SET/x ${SET}x", "$SET/x outx")]
    [InlineData("A=$SET.b ${a.b}", "$SET.b dots")]
    [InlineData("A=x${UNSET}y$UNSET", "xy$UNSET")]
    [InlineData("A=${UNSET:-1} ${EMPTY:-1} ${SET:-1}", "1 1 out")]
    [InlineData("A=${UNSET-1} ${EMPTY-1} ${SET-1}", "1  out")]
    [InlineData("A=${UNSET:+1} ${EMPTY:+1} ${SET:+1}", "  1")]
    [InlineData("A=\"${UNSET+1} ${EMPTY+1} ${SET+1}\"", " 1 1")]
    [InlineData("A=${SET:?m}${SET?m}${EMPTY?m}", "outout")]
    [InlineData("A=${UNSET:-}${UNSET-}", "")]
    [InlineData("A=${UNSET:-${EMPTY:-${SET}}}", "out")]
    [InlineData("A=${UNSET:-a ${SET} b}c", "a out bc")]
    [InlineData(@"A=${UNSET:-a\}b}", "a}b")]
    [InlineData("A=${SET:-${UNSET:?m}}", "out")]
    [InlineData("A=${UNSET:+${UNSET:?m}}", "")]
    [InlineData("A=\"${UNSET:-two\nlines}\"", "two\nlines")]
    public void Variables_are_expanded(string line, string value) => Assert.Equal(value, ValueOfA(line));

    [Theory]
    [InlineData("5$")]
    [InlineData("$1 $$ $! $- $é")]
    // As in passwords.
    [InlineData("pa$$w0rd")]
    [InlineData("ab$cd")]
    [InlineData("$SET")]
    [InlineData("$SET$UNSET$_x")]
    [InlineData("a}b{c")]
    [InlineData("$(date)")]
    [InlineData("x$(echo $SET ${SET} (a) $(b))y")]
    [InlineData("$((a) $SET)")]
    [InlineData("$(echo $SET")]
    [InlineData("a `date`")]
    public void A_dollar_before_anything_else_is_itself_and_no_command_is_run(string value)
    {
        Assert.Equal(value, ValueOfA($"A={value}"));
        Assert.Equal(value, ValueOfA($"A=\"{value}\""));
    }

    [Theory]
    [InlineData("B=1\nA=${B}", "1")]
    [InlineData("SET=1\nA=${SET}", "1")]
    [InlineData("A=${SET}\nSET=1", "out")]
    [InlineData("SET=\nA=${SET:-1}", "1")]
    [InlineData("B='${SET}'\nA=${B}", "${SET}")]
    [InlineData("PATH=${PATH}:/x\nPATH=/y:${PATH}\nA=${PATH}", "/y:/bin:/x")]
    [InlineData("SET='unclosed\nA=${SET}", "out")]
    [InlineData("A=0\nA=1", "1")]
    public void A_variable_has_the_value_that_the_file_gave_it_last_or_else_that_of_outside(string file, string value) =>
        Assert.Equal(value, ValueOfA(file));

    [Theory]
    [InlineData("")]
    [InlineData("\n \n\t")]
    [InlineData("# A=1")]
    [InlineData("  # it's")]
    [InlineData("export A")]
    [InlineData("export A # comment")]
    [InlineData("\ufeff")]
    public void A_line_may_set_nothing(string file)
    {
        var read = Parse(file);
        Assert.Empty(read.Assignments);
        Assert.Empty(read.Faults);
    }

    [Theory]
    [InlineData("A=1", "A")]
    [InlineData("_=1", "_")]
    [InlineData("a1_b.c-d=1", "a1_b.c-d")]
    [InlineData("export A=1", "A")]
    [InlineData(" export \t A =1", "A")]
    [InlineData("export=1", "export")]
    [InlineData("exported=1", "exported")]
    [InlineData("\ufeffA=1", "A")]
    public void A_name_stands_before_the_equals_sign(string line, string name) =>
        Assert.Equal([new DotEnvAssignment(name, "1", 1)], Parse(line).Assignments);

    [Fact]
    public void Assignments_are_in_the_order_of_the_file_and_tell_where_they_begin() =>
        Assert.Equal(
            [new("A", "1", 2), new("B", "x\ny", 4), new("A", "2", 6), new("C", "", 7)],
            Parse("# c\nA=1\n\nB='x\ny'\nA=2\nC=").Assignments);

    [Theory]
    [InlineData("s3cret", "no = ")]
    [InlineData("export s3cret s3cret", "no = ")]
    [InlineData("export 1s3cret", "no = ")]
    [InlineData("export", "no = ")]
    [InlineData("=s3cret", "no name")]
    [InlineData("export =s3cret", "no name")]
    [InlineData("1s3cret=1", "is not a name")]
    [InlineData("s3cret+/=", "is not a name")]
    [InlineData("-s=1", "is not a name")]
    [InlineData("é=1", "is not a name")]
    [InlineData("a b=s3cret", "is not a name")]
    [InlineData("X='s3cret", "' is not closed")]
    [InlineData("X=\"s3cret\\\"", "\" is not closed")]
    [InlineData("X=`s3cret", "` is not closed")]
    [InlineData("X='a's3cret", "text follows the closing quote")]
    [InlineData("X=\"a\" \"s3cret\"", "text follows the closing quote")]
    [InlineData("X=`a` s3cret # b", "text follows the closing quote")]
    [InlineData("X=${s3cret", "${ is not closed")]
    [InlineData("X=s3cret${", "${ is not closed")]
    [InlineData("X=${s3cret:", "${ is not closed")]
    [InlineData("X=${s3cret:-", "${ is not closed")]
    [InlineData("X=${SET:-s3cret", "${ is not closed")]
    [InlineData("X=${SET:-${s3cret}", "${ is not closed")]
    [InlineData("X=\"${SET:-s3cret\"", "${ is not closed")]
    [InlineData("X=${SET:-$(s3cret}", "${ is not closed")]
    [InlineData("X=${}s3cret", "${ must hold a name, alone or")]
    [InlineData("X=${1}s3cret", "${ must hold a name, alone or")]
    [InlineData("X=${#s3cret}", "${ must hold a name, alone or")]
    [InlineData("X=${s3cret%x}", "${ must hold a name, alone or")]
    [InlineData("X=${s3cret:1}", "${ must hold a name, alone or")]
    [InlineData("X=s3cret${UNSET:?}", "UNSET is not set")]
    [InlineData("X=s3cret${UNSET?needed by $SET}", "UNSET is not set: needed by $SET")]
    [InlineData("X=s3cret${EMPTY:?say ${which} one}", "EMPTY is empty: say ${which} one")]
    [InlineData("X=s3cret\0", "contains a NUL")]
    [InlineData("# s3cret\0", "contains a NUL")]
    public void A_line_at_fault_sets_nothing_tells_no_secret_and_hides_no_other_line(string line, string why)
    {
        var read = Parse($"B=1\n{line}\nA=2");
        Assert.Equal([new("B", "1", 1), new("A", "2", 3)], read.Assignments);
        var fault = Assert.Single(read.Faults);
        Assert.Equal(2, fault.Line);
        Assert.Contains(why, fault.Why);
        Assert.DoesNotContain("s3cret", fault.Why);
        Assert.False(fault.Why.EndsWith('.'));
    }

    [Fact]
    public void A_quote_that_is_not_closed_does_not_take_the_lines_up_to_the_next_quote()
    {
        var read = Parse("A=\"1\nB=2\nC=\"3\"\nD=4");
        Assert.Equal([new("B", "2", 2), new("C", "3", 3), new("D", "4", 4)], read.Assignments);
        Assert.Equal([new(1, "text follows the closing quote in line 3")], read.Faults);
    }

    [Fact]
    public void A_fault_in_a_value_of_many_lines_is_told_where_the_value_begins_and_its_lines_are_no_lines_of_the_file()
    {
        var read = Parse("A=\"\nX=1\n${\nY=2\"\nB=\"\0\nX=1\"\nC=3");
        Assert.Equal([new("C", "3", 7)], read.Assignments);
        Assert.Equal([1, 5], read.Faults.Select(fault => fault.Line));
    }

    [Theory]
    [InlineData("X=", "=2")]
    [InlineData("X='", "\nY=1'")]
    [InlineData("#", "")]
    public void Bytes_that_are_not_utf8_are_a_fault_of_their_line_alone(string before, string after)
    {
        byte[] file = [.. "B=\ufffd\n"u8, .. Bytes(before), 0xff, .. Bytes(after), .. "\nA=2"u8];
        var read = DotEnv.Parse(file, Lookup);
        Assert.Equal(["\ufffd", "2"], read.Assignments.Select(assignment => assignment.Value));
        Assert.Contains("not UTF-8", Assert.Single(read.Faults, fault => fault.Line == 2).Why);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    [InlineData(300_000, false)]
    public void Defaults_are_in_each_other_up_to_a_depth(int depth, bool isFine)
    {
        var read = Parse($"A={string.Concat(Enumerable.Repeat("${U:-", depth))}x{new string('}', depth)}");
        Assert.Equal(isFine ? ["x"] : [], read.Assignments.Select(assignment => assignment.Value));
        Assert.All(read.Faults, fault => Assert.Equal("more than 16 ${ are nested", fault.Why));
        Assert.Equal(isFine ? 0 : 1, read.Faults.Count);
    }

    [Fact]
    public void Variables_that_double_each_other_do_not_fill_the_memory()
    {
        var read = Parse("A=0123456789\n" + string.Concat(Enumerable.Repeat("A=${A}${A}\n", 100)) + "B=${SET}");
        Assert.InRange(read.Assignments.Sum(assignment => (long)assignment.Value.Length), 4 << 20, 9 << 20);
        Assert.Equal("out", read.Assignments[^1].Value);
        Assert.All(read.Faults, fault => Assert.Contains("come to more than", fault.Why));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("=\n")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("A=\"")]
    [InlineData("A=\"x\n")]
    [InlineData("A=\"\\\n")]
    [InlineData("A='x\nB=\"y\nC=`z\n")]
    [InlineData("A='\nB=\"x' y\n")]
    [InlineData("A=${B:-")]
    [InlineData("A=${B:-\n")]
    [InlineData("A=${A}$(")]
    [InlineData("A=${A}$(\n")]
    [InlineData("A=${B}${C}\n")]
    [InlineData("A=1234${A}${A}\n")]
    [InlineData("A=1 #")]
    [InlineData(" ")]
    [InlineData("\0")]
    public void A_long_file_takes_a_time_that_grows_with_its_length_only(string piece)
    {
        var (part, whole) = (Repeated(1 << 16), Repeated(1 << 20));
        // The best of some tries is what it takes; the others are what else the machine does.
        var takes = Math.Max(Enumerable.Range(0, 5).Min(_ => Milliseconds(part)), 1);

        // Of sixteen times the length: not 256 times the time.
        Assert.Contains(Enumerable.Range(0, 10), _ => Milliseconds(whole) < 64 * takes);

        byte[] Repeated(int length) => Bytes(string.Concat(Enumerable.Repeat(piece, length / piece.Length)));

        static double Milliseconds(byte[] file)
        {
            var begun = Used();
            DotEnv.Parse(file, Lookup);
            return Used() - begun;
        }

        // What this thread had of a processor, whatever else the machine does.
        static double Used()
        {
            _ = clock_gettime(ThreadCpuTime, out var time);
            return (time.Seconds * 1e3) + (time.Nanoseconds / 1e6);
        }
    }

    [Fact]
    public void Lookup_is_asked_once_for_what_the_file_does_not_set()
    {
        var asked = new List<string>();
        DotEnv.Parse(
            Bytes("B=1\nA=$B$C${C}${D:-$C}\nE=${B:-$F}${B:+1}$C"),
            name =>
            {
                asked.Add(name);
                return null;
            });
        Assert.Equal(["C", "D"], asked);
    }

    [Fact]
    public void Any_value_in_single_quotes_is_read_as_it_is() =>
        Gen.Select(AnyName, AnyText.WithoutNul.Where(value => !value.Contains('\'') && !value.Contains('\r'))).Sample((name, value) =>
            Assert.Equal([new DotEnvAssignment(name, value, 1)], Parse($"{name}='{value}'\n").Assignments));

    [Fact]
    public void Any_value_escaped_in_double_quotes_is_read_as_it_is() =>
        Gen.Select(AnyName, AnyText.WithoutNul).Sample((name, value) =>
        {
            var escaped = value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("$", "\\$")
                .Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t");
            Assert.Equal([new DotEnvAssignment(name, value, 1)], Parse($"{name}=\"{escaped}\"\n").Assignments);
        });

    [Fact]
    public void Any_bytes_can_be_read_and_every_line_is_told_of_at_most_once()
    {
        var bytes = Gen.Frequency((4, AnyPiece.Select(Bytes)), (1, Gen.Byte.Array[0, 4])).Array[0, 40]
            .Select(pieces => pieces.SelectMany(piece => piece).ToArray());
        bytes.Sample(file =>
        {
            var read = DotEnv.Parse(file, Lookup);
            var lines = Encoding.Latin1.GetString(file).Replace("\r\n", "\n").Split('\n', '\r').Length;
            int[] told = [.. read.Assignments.Select(assignment => assignment.Line), .. read.Faults.Select(fault => fault.Line)];
            Assert.All(told, line => Assert.InRange(line, 1, lines));
            Assert.Equal(told.Length, told.Distinct().Count());
        }, iter: Long.Times(100_000, otherwise: 5_000));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Every_end_of_a_line_is_one(string end) => AnyFile.Sample(file =>
    {
        var (expected, read) = (Parse(file), Parse(file.Replace("\n", end)));
        Assert.Equal(expected.Assignments, read.Assignments);
        Assert.Equal(expected.Faults, read.Faults);
    });

    [Fact]
    public void Where_a_shell_reads_the_same_it_reads_the_same_values()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "there is no bash");
        var plain = Gen.OneOf("a", "b.c", "/x:y", "a#b", "é😀", "%", "@", ",", "=", "-", "1");
        var variable = Gen.OneOf(
            "${A}", "${B}", "${SET}", "${C:-x}", "${C-x}", "${A:+y}", "${D+y}", "${EMPTY:-${SET}}", "${EMPTY-z}", "${B:-${A}}", "\\$A");
        var inSingle = Gen.OneOf("a", " ", "\n", "$A", "\\", "\"", "`", "#", "\\n", "é");
        var inDouble = Gen.Frequency((3, Gen.OneOf("a", " ", "\n", "'", "#", " # ", "\\\\", "\\\"", "\\q", "$ ", "é")), (2, variable));
        var value = Gen.OneOf(
            Gen.Frequency((3, plain), (2, variable)).Array[0, 4].Select(string.Concat),
            inSingle.Array[0, 5].Select(pieces => $"'{string.Concat(pieces)}'"),
            inDouble.Array[0, 5].Select(pieces => $"\"{string.Concat(pieces)}\""));
        var assignment = Gen.Select(
            Gen.OneOf("", "export ", " \t", "export \t"), Gen.Char["ABCD"], value, Gen.OneOf("", " ", " # it's \"x", "\t#"),
            (before, name, text, after) => $"{before}{name}={text}{after}");
        var line = Gen.Frequency((8, assignment), (1, Gen.OneOf("", " ", "# it's", " # \"", "export A", "export D")));

        line.Array[0, 12].Select(lines => string.Join('\n', lines)).Sample(
            file =>
            {
                var read = Parse(file);
                Assert.Empty(read.Faults);
                var sourced = Sourced(file);
                foreach (var name in new[] { "A", "B", "C", "D" })
                    Assert.Equal(
                        sourced.GetValueOrDefault(name),
                        read.Assignments.LastOrDefault(assignment => assignment.Name == name)?.Value);
            },
            iter: Long.Times(200, otherwise: 50));
    }

    /// <summary>The environment of a shell that has read the file.</summary>
    private static Dictionary<string, string> Sourced(string file)
    {
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-c", "set -a; . /dev/stdin; /usr/bin/env -0"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        start.Environment.Clear();
        foreach (var (name, value) in Outside)
            start.Environment[name] = value;
        using var shell = Process.Start(start)!;
        shell.StandardInput.Write(file);
        shell.StandardInput.Close();
        var entries = shell.StandardOutput.ReadToEnd().Split('\0')[..^1];
        shell.WaitForExit();
        return entries.Select(entry => entry.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static string? ValueOfA(string file) =>
        Parse(file).Assignments.LastOrDefault(assignment => assignment.Name == "A")?.Value;

    private static DotEnvFile Parse(string file) => DotEnv.Parse(Bytes(file), Lookup);

    private static string? Lookup(string name) => Outside.GetValueOrDefault(name);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    // See clock_gettime(2).
    private const int ThreadCpuTime = 3;

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
