using CsCheck;
using Sentinel.Api.Wire;
using Sentinel.Core.Hooks;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Events;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Hooks;

public sealed class HookTests
{
    private static readonly ProcessRecord Job = Sample.Record with { Spec = Sample.Record.Spec with { Name = "shop/job", IsCalledTask = true, Group = "shop" } };

    private static readonly State State = Model.State.Empty.With(Job);

    [Theory]
    [InlineData("exited", 3, "shop/job", true)]
    [InlineData("crashed", 3, "", true)]
    [InlineData("crashed", 0, "", false)]
    [InlineData("task-failed", 3, "shop", true)]
    [InlineData("done", 0, "other,shop", true)]
    [InlineData("done", 3, "", false)]
    [InlineData("exited", 0, "other", false)]
    [InlineData("stopped", 0, "", false)]
    public void A_hook_is_for_events_by_their_words_and_by_what_they_mean(string on, int exitCode, string processes, bool isFor)
    {
        var hook = new Hook("alarm", [on], "/") { Processes = processes.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        var run = new EndedRun(1, Sample.Start, Sample.Start, true, new Exit.Code(exitCode));
        Assert.Equal(isFor, hook.IsFor(new Event.Ended(Sample.Start, Job.Id, Job.Spec.Name, run, ByUser: false, default, null), State));
    }

    [Fact]
    public void Every_event_has_a_word_that_a_hook_can_be_for() => AnyEvent.Any.Sample(happened => Assert.Contains(EventDocument.WordOf(happened), HookWords.All), iter: 300);

    [Fact]
    public void What_is_too_much_to_tell_is_counted()
    {
        var queue = new HookQueue();
        for (var number = 1; number <= HookQueue.Most + 12; number++)
            queue.Add(new Event.Ready(Sample.Start, 1, "web") { Number = number });
        Assert.Equal((13L, 12), (queue.Take() is var (happened, left) ? happened.Number!.Value : 0, left));
        Assert.Equal((14L, 0), (queue.Take() is var (next, none) ? next.Number!.Value : 0, none));
        Assert.Equal(HookQueue.Most - 2, queue.Count);
    }
}
