using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("python3 -m http.server 8000", "python3", "-m", "http.server", "8000")]
    [InlineData("  node\t app.js  ", "node", "app.js")]
    [InlineData("echo 'a b' \"c d\"", "echo", "a b", "c d")]
    [InlineData("echo a' 'b\" \"c", "echo", "a b c")]
    [InlineData("echo '' \"\"", "echo", "", "")]
    [InlineData(@"echo a\ b \\ \'", "echo", "a b", @"\", "'")]
    [InlineData("""echo "say \"hi\" \\ \$HOME \n" """, "echo", """say "hi" \ $HOME \n""")]
    [InlineData("echo '$HOME `x` \\ \" ; & | < > * ? [ #'", "echo", "$HOME `x` \\ \" ; & | < > * ? [ #")]
    [InlineData("echo 'two\nlines'", "echo", "two\nlines")]
    [InlineData(@"echo \$HOME \; \*", "echo", "$HOME", ";", "*")]
    [InlineData("echo a#b a~b ''#c ''~", "echo", "a#b", "a~b", "#c", "~")]
    [InlineData("web --port=8000 A=1", "web", "--port=8000", "A=1")]
    [InlineData("./a-b=c 1=2", "./a-b=c", "1=2")]
    [InlineData("'A=1' web", "A=1", "web")]
    [InlineData("printf %s {a,b} ] } !", "printf", "%s", "{a,b}", "]", "}", "!")]
    [InlineData("écho 日本 😀", "écho", "日本", "😀")]
    public void A_line_that_needs_nothing_of_a_shell_is_split_as_one_would(string line, params string[] words) =>
        Assert.Equal(words, ShellWords.Split(line));

    [Theory]
    [InlineData("a | b")]
    [InlineData("a && b")]
    [InlineData("a; b")]
    [InlineData("a &")]
    [InlineData("a > file")]
    [InlineData("a 2>&1")]
    [InlineData("a < file")]
    [InlineData("(a)")]
    [InlineData("a\nb")]
    [InlineData("a \\\n b")]
    [InlineData("echo $HOME")]
    [InlineData("echo \"$HOME\"")]
    [InlineData("echo $(date)")]
    [InlineData("echo `date`")]
    [InlineData("echo \"`date`\"")]
    [InlineData("ls *.txt")]
    [InlineData("ls file?")]
    [InlineData("ls [ab]")]
    [InlineData("[ -f x ]")]
    [InlineData("ls ~/x")]
    [InlineData("~/bin/web")]
    [InlineData("web # a comment")]
    [InlineData("PORT=1 web")]
    [InlineData("_p0=")]
    [InlineData("cd /tmp")]
    [InlineData("exec web")]
    [InlineData("! web")]
    [InlineData("{ web")]
    [InlineData("export A")]
    [InlineData("while read x")]
    [InlineData("'cd' /tmp")]
    [InlineData("")]
    [InlineData(" \t")]
    public void A_line_that_only_a_shell_can_tell_is_left_to_one(string line) => Assert.Null(ShellWords.Split(line));

    [Theory]
    [InlineData("echo 'a", "a ' that is not closed")]
    [InlineData("echo \"a", "a \" that is not closed")]
    [InlineData("echo \"a\\\"", "a \" that is not closed")]
    [InlineData("echo 'a\\''", "a ' that is not closed")]
    [InlineData("echo a\\", "ends in a backslash")]
    public void A_line_that_is_not_well_formed_is_refused_with_the_reason(string line, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => ShellWords.Split(line)).Message);

    [Theory]
    [InlineData("web # don't")]
    [InlineData("cat <<END\nit's\nEND")]
    [InlineData("echo $(cat <<END\n\"\nEND\n)")]
    [InlineData("web | tee log # all of it \\")]
    public void What_only_a_shell_can_read_is_not_refused_for_its_quotes(string line) => Assert.Null(ShellWords.Split(line));

    [Fact]
    public void Whenever_no_shell_is_needed_the_words_are_those_of_the_shell()
    {
        var plain = Gen.OneOf("web", "a", "--b=c", "é", "😀", "-", "=", "%", "}", "{", ",", "]", "!", "^", "\r", "\u0001", "\u007f", "#", "~");
        var inSingle = Gen.OneOf("", " ", "a", "\"", "\\", "$x", "`", "\n", "#", "é");
        var inDouble = Gen.OneOf("", " ", "a", "'", "\\a", "\\\\", "\\\"", "\\$", "\\`", "\\\n", "\n", "\\'", "!", "é", "$x");
        var escaped = Gen.OneOf("\\ ", "\\a", "\\\\", "\\'", "\\\"", "\\$", "\\#", "\\~", "\\\t", "\\é", "\\\n");
        var piece = Gen.Frequency(
            (8, plain),
            (4, Gen.OneOf(" ", "\t", "  ")),
            (3, inSingle.Array[0, 3].Select(texts => $"'{string.Concat(texts)}'")),
            (3, inDouble.Array[0, 3].Select(texts => $"\"{string.Concat(texts)}\"")),
            (3, escaped),
            (1, AnyText.WithoutNul));
        var line = piece.Array[0, 10].Select(string.Concat);

        // A shell costs more than what it is asked: it is asked about many lines at a time.
        line.Array[200].Sample(lines =>
        {
            var split = lines.Select(text => (text, words: SplitOrNull(text))).Where(pair => pair.words is not null).ToList();
            var expected = PosixShell.Split([.. split.Select(pair => pair.text)]);
            for (var i = 0; i < split.Count; i++)
                Assert.Equal(expected[i], split[i].words);
        }, iter: 50);
    }

    [Theory]
    [InlineData("web | tee log", "web")]
    [InlineData("cd /srv && python3 app.py", "python3")]
    [InlineData("PORT=1 HOST=x web > log", "web")]
    [InlineData("exec web $ARGS", "web")]
    [InlineData("exec env A=1 nohup web &", "web")]
    [InlineData("! web", "web")]
    [InlineData("if web; then echo; fi", "web")]
    [InlineData("while :; do web; done", "web")]
    [InlineData("for i in 1 2; do web $i; done", "web")]
    [InlineData("until web; do sleep 1; done", "web")]
    [InlineData("(web)", "web")]
    [InlineData("'web' *", "web")]
    [InlineData("$HOME/bin/web; node x", "node")]
    [InlineData("sleep 1; web", "sleep")]
    [InlineData("if [ -f x ]; then web; fi", "web")]
    public void The_program_of_a_line_is_the_first_that_it_names(string line, string program) =>
        Assert.Equal(program, ShellWords.FirstProgram(line));

    [Theory]
    [InlineData("")]
    [InlineData("cd /tmp")]
    [InlineData("A=1")]
    [InlineData("$PROGRAM")]
    [InlineData("while :; do :; done")]
    public void A_line_may_name_no_program(string line) => Assert.Null(ShellWords.FirstProgram(line));

    private static IReadOnlyList<string>? SplitOrNull(string line)
    {
        try
        {
            return ShellWords.Split(line);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
