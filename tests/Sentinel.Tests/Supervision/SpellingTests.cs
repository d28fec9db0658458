using CsCheck;
using Sentinel.Core.Supervision;

namespace Sentinel.Tests.Supervision;

public sealed class SpellingTests
{
    private static readonly string[] Commands = ["run", "list", "status", "start", "stop", "restart", "delete", "logs", "startall"];

    [Theory]
    [InlineData("lsit", "list")]
    [InlineData("lst", "list")]
    [InlineData("statsu", "status")]
    [InlineData("restrat", "restart")]
    [InlineData("strt", "start")]
    [InlineData("LOGS", "logs")]
    [InlineData("runn", "run")]
    [InlineData("deploy", null)]
    [InlineData("x", null)]
    public void The_word_that_is_nearest_is_guessed_when_it_is_near(string typed, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(typed, Commands));

    [Fact]
    public void Nothing_is_guessed_when_nothing_is_known() => Assert.Null(Spelling.Nearest("web", []));

    [Fact]
    public void One_letter_too_much_too_few_or_wrong_is_always_forgiven() =>
        Gen.Select(Gen.Int[0, Commands.Length - 1], Gen.Int[0, 100], Gen.Int[0, 2]).Sample((which, where, how) =>
        {
            var word = Commands[which];
            var at = where % word.Length;
            var typed = how switch
            {
                0 => word.Remove(at, 1),
                1 => word.Insert(at, "#"),
                _ => word.Remove(at, 1).Insert(at, "#"),
            };
            Assert.NotNull(Spelling.Nearest(typed, Commands));
            Assert.Equal(word, Spelling.Nearest(typed, [word]));
        });
}
