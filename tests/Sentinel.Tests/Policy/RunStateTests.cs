using Sentinel.Core.Policy;

namespace Sentinel.Tests.Policy;

public sealed class RunStateTests
{
    [Theory]
    [InlineData("starting")]
    [InlineData("running")]
    [InlineData("stopping")]
    [InlineData("stopped")]
    [InlineData("exited")]
    [InlineData("crashed")]
    [InlineData("backoff")]
    public void Each_state_has_the_word_that_users_see(string word) => Assert.Equal(word, Sample.State(word).Word);

    [Fact]
    public void No_two_states_share_a_word()
    {
        var kinds = typeof(RunState).GetNestedTypes().Where(type => type.IsAssignableTo(typeof(RunState))).ToList();
        string[] words = ["starting", "running", "stopping", "stopped", "exited", "crashed", "backoff", "failed", "elsewhere"];
        Assert.Equal(kinds.ToHashSet(), words.Select(word => Sample.State(word).GetType()).ToHashSet());
    }

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
