using CsCheck;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class CommandTests
{
    [Fact]
    public void One_word_is_a_line_that_is_executed_directly_where_no_shell_is_needed()
    {
        var command = Command.From(["python3 -m 'http.server' 8000"]);

        Assert.Equal(["python3", "-m", "http.server", "8000"], command.Arguments);
        Assert.Equal("python3 -m 'http.server' 8000", command.Text);
        Assert.False(command.Shell);
    }

    [Fact]
    public void A_line_that_needs_a_shell_gets_one_and_reads_as_it_was_typed()
    {
        var command = Command.From(["web | tee log"]);

        Assert.Equal(["/bin/sh", "-c", "web | tee log"], command.Arguments);
        Assert.Equal("web | tee log", command.Text);
        Assert.True(command.Shell);
    }

    [Fact]
    public void Several_words_are_executed_as_they_are()
    {
        string[] words = ["printf", "%s\n", "$HOME", "a | b", "", "it's"];
        var command = Command.From(words);

        Assert.Equal(words, command.Arguments);
        Assert.Equal("printf '%s\n' '$HOME' 'a | b' '' 'it'\\''s'", command.Text);
        Assert.False(command.Shell);
    }

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("", "x")]
    [InlineData("a\0b")]
    [InlineData("a", "b\0")]
    [InlineData("echo 'a")]
    public void What_is_no_command_is_refused(params string[] words) =>
        Assert.Throws<FormatException>(() => Command.From(words));

    [Fact]
    public void What_people_read_of_several_words_means_those_words_to_a_shell() =>
        AnyText.WithoutNul.Array[2, 6].Where(words => !string.IsNullOrWhiteSpace(words[0])).Array[50].Sample(
            commands => Assert.Equal(commands, PosixShell.Split([.. commands.Select(words => Command.From(words).Text)])),
            iter: 50);

    [Fact]
    public void What_people_read_of_several_words_gives_the_same_command_when_it_is_typed() =>
        Gen.OneOf(AnyText.WithoutNul, Gen.OneOf("A=1", "web", "-x", "~", "#", "--a=b", "{", "!")).Array[2, 6]
            .Where(words => !string.IsNullOrWhiteSpace(words[0]) && ShellWords.Split($"'{words[0].Replace("'", @"'\''")}'") is not null)
            .Sample(words =>
            {
                var typed = Command.From([Command.From(words).Text]);
                Assert.Equal(words, typed.Arguments);
                Assert.False(typed.Shell);
            });

    [Theory]
    [InlineData("web", "web")]
    [InlineData("/usr/bin/python3 x", "python3")]
    [InlineData("./bin/web/ x", "web")]
    [InlineData("cd /srv && /opt/web --x", "web")]
    [InlineData("echo $X", "echo")]
    [InlineData("$X", "sh")]
    [InlineData("/ x", "")]
    public void The_program_is_known_by_its_base_name(string line, string name) =>
        Assert.Equal(name, Command.From([line]).ProgramName);
}
