using System.Text;
using CsCheck;
using Sentinel.Core.Startup;

namespace Sentinel.Tests.Startup;

public sealed class SystemdQuotingTests
{
    [Theory]
    [InlineData("web", "web")]
    [InlineData("--port=80", "--port=80")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("", "\"\"")]
    [InlineData("100%", "\"100%%\"")]
    [InlineData("$HOME", "\"$$HOME\"")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData(@"a\b", "\"a\\\\b\"")]
    [InlineData("it's", "\"it's\"")]
    [InlineData("two\nlines", "\"two\\nlines\"")]
    [InlineData("a;b", "\"a;b\"")]
    [InlineData("\e", "\"\\x1b\"")]
    public void A_word_is_itself_and_nothing_else(string word, string quoted) =>
        Assert.Equal($"/bin/x {quoted}", SystemdQuoting.Line(["/bin/x", word]));

    [Fact]
    public void Whatever_the_words_are_systemd_reads_the_same() =>
        Gen.Char[(char)1, (char)0x17f].Array[0, 12].Select(letters => new string(letters)).Array[1, 5].Sample(words =>
            Assert.Equal(words, Read(SystemdQuoting.Line(words))));

    [Fact]
    public void So_do_we() =>
        Gen.Char[(char)1, (char)0x17f].Array[0, 12].Select(letters => new string(letters)).Array[1, 3].Sample(words =>
            Assert.Equal(words, SystemdQuoting.Words(SystemdQuoting.Line(words))));

    [Theory]
    [InlineData("")]
    [InlineData(" /bin/x")]
    [InlineData("\"/bin/x")]
    public void Where_there_is_none_that_is_told(string line) => Assert.Empty(SystemdQuoting.Words(line));

    [Theory]
    [InlineData("/srv/my \"app\" \\", "/srv/my \"app\" \\/")]
    [InlineData("/srv/a\\b 5% $x", "/srv/a\\b 5%% $x")]
    [InlineData("/srv/blank ", "/srv/blank /")]
    public void A_folder_is_taken_as_it_is(string folder, string written) => Assert.Equal(written, SystemdQuoting.Folder(folder));

    [Fact]
    public void A_folder_of_two_lines_is_refused() =>
        Assert.Throws<FormatException>(() => SystemdQuoting.Folder("/srv/a\nExecStart=/bin/false"));

    [Fact]
    public void A_text_is_one_line() => Assert.Equal("50%% of a  b", SystemdQuoting.Text("50% of a\r\nb\\"));

    // As systemd.service(5) and systemd.syntax(7) say: quotes, C escapes, then specifiers and variables.
    private static List<string> Read(string line)
    {
        Assert.DoesNotContain('\n', line);
        var words = new List<string>();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == ' ')
                continue;
            var word = new List<byte>();
            var isQuoted = line[i] == '"';
            for (i += isQuoted ? 1 : 0; i < line.Length && line[i] != (isQuoted ? '"' : ' '); i++)
            {
                var bytes = Encoding.UTF8.GetBytes(line[i].ToString());
                if (line[i] == '\\')
                {
                    i++;
                    bytes = line[i] switch
                    {
                        'n' => "\n"u8.ToArray(),
                        't' => "\t"u8.ToArray(),
                        'r' => "\r"u8.ToArray(),
                        'x' => [Convert.ToByte(line.Substring(i + 1, 2), 16)],
                        var c => Encoding.UTF8.GetBytes(c.ToString()),
                    };
                    i += line[i] == 'x' ? 2 : 0;
                }
                else if (line[i] is '%' or '$')
                {
                    Assert.Equal(line[i], line[++i]);
                }

                word.AddRange(bytes);
            }

            words.Add(Encoding.UTF8.GetString([.. word]));
        }

        return words;
    }
}
