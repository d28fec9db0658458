using Sentinel.Model.Policy;

namespace Sentinel.Tests.Policy;

public sealed class RunStateTests
{
    [Fact]
    public void Nobody_waits_for_longer_than_a_day()
    {
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Assert.False(new RunState.Backoff(since, since.AddHours(1)).IsDue(since));
        Assert.True(new RunState.Backoff(since, since.AddYears(900)).IsDue(since));
    }

    [Theory]
    [InlineData("starting")]
    [InlineData("running")]
    [InlineData("stopping")]
    [InlineData("stopped")]
    [InlineData("exited")]
    [InlineData("crashed")]
    [InlineData("backoff")]
    [InlineData("waiting")]
    public void Each_state_has_the_word_that_users_see(string word) => Assert.Equal(word, Sample.State(word).Word);

    [Fact]
    public void No_two_states_share_a_word()
    {
        var kinds = typeof(RunState).GetNestedTypes().Where(type => type.IsAssignableTo(typeof(RunState))).ToList();
        string[] words = ["starting", "running", "stopping", "stopped", "exited", "crashed", "backoff", "waiting", "scheduled", "failed", "elsewhere"];
        Assert.Equal(kinds.ToHashSet(), words.Select(word => Sample.State(word).GetType()).ToHashSet());
    }

    [Fact]
    public void The_text_of_a_state_has_an_end() => Assert.StartsWith("Running { Since = 20", Sample.State("running").ToString());

    [Theory]
    [InlineData("running", true)]
    [InlineData("stopping", true)]
    [InlineData("stopping early", false)]
    [InlineData("starting", false)]
    [InlineData("stopped", false)]
    [InlineData("exited", false)]
    [InlineData("crashed", false)]
    [InlineData("backoff", false)]
    public void A_state_speaks_of_a_process_only_while_there_may_be_one(string state, bool speaks) =>
        Assert.Equal(speaks ? Sample.Identity : null, Sample.State(state).Main);
}
