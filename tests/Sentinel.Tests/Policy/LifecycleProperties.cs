using CsCheck;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Policy;

/// <summary>What holds in every sequence of events, sensible or not.</summary>
public sealed class LifecycleProperties
{
    private static readonly Gen<ProcessEvent> Event = Gen.Frequency<ProcessEvent>(
        (3, Gen.Const<ProcessEvent>(new ProcessEvent.StartRequested())),
        (2, Gen.Const<ProcessEvent>(new ProcessEvent.StopRequested())),
        (2, Gen.Const<ProcessEvent>(new ProcessEvent.RestartRequested())),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.LeaseEnded("its owner has ended"))),
        (5, Gen.Int[1, 99].Select<int, ProcessEvent>(pid => new ProcessEvent.Spawned(new ProcessIdentity(pid, pid, "boot")))),
        (2, Gen.Bool.Select<bool, ProcessEvent>(isInterrupted => new ProcessEvent.SpawnFailed("no such program", isInterrupted))),
        (5, Gen.Select(
                Gen.OneOf<Exit>(new Exit.Code(0), new Exit.Code(1), new Exit.Signal(9, false), new Exit.Unknown("unseen")), Gen.Bool)
            .Select<(Exit How, bool Witnessed), ProcessEvent>(end => new ProcessEvent.Ended(end.How, end.Witnessed))),
        (2, Gen.OneOf<Exit>(new Exit.Code(0), new Exit.Code(1), new Exit.Unknown("unseen"))
            .Select<Exit, ProcessEvent>(how => new ProcessEvent.Ended(how, Witnessed: true) { NoSuccessor = "there is no file" })),
        (1, Gen.Int[100, 199].Select<int, ProcessEvent>(pid => new ProcessEvent.HandedOver(new ProcessIdentity(pid, pid, "boot")))),
        (2, Gen.Bool.Select<bool, ProcessEvent>(leftSession => new ProcessEvent.FoundLeft([new LeftProcess(9, "nginx", Sample.Start, leftSession)]))),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.ResetRequested())),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.Ready())),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.NotReady("late"))),
        (2, Gen.Bool.Select<bool, ProcessEvent>(isHealthy => new ProcessEvent.Examined(isHealthy, "why"))),
        (1, Gen.Const<ProcessEvent>(new ProcessEvent.Said("something"))),
        (5, Gen.Const<ProcessEvent>(new ProcessEvent.Tick())));

    private static readonly Gen<RestartLimit?> Limit =
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 100]).Select((restarts, seconds) => new RestartLimit(restarts, TimeSpan.FromSeconds(seconds))).Null();

    private static readonly Gen<Readiness?> Readiness =
        Gen.Select(Gen.Bool, Gen.OneOf(0, 3)).Select((hasProbe, seconds) => new Readiness(hasProbe ? Probe.Notify : null, TimeSpan.FromSeconds(seconds))).Null();

    private static readonly Gen<(RestartRule Rule, RestartLimit? Limit, Readiness? Readiness, bool HasPidFile, (ProcessEvent Event, int Milliseconds)[] Events)> Story =
        Gen.Select(Gen.Enum<RestartRule>(), Limit, Readiness, Gen.Bool, Gen.Select(Event, Gen.OneOf(Gen.Const(0), Gen.Int[1, 2_000], Gen.Int[9_000, 40_000])).Array[1, 40]);

    private readonly record struct Step(ProcessRecord Before, ProcessEvent Event, DateTimeOffset Now, ProcessRecord After, Effect Effect);

    [Fact]
    public void What_the_user_stopped_or_nobody_owns_is_not_started_but_by_the_user() => InEveryStory(steps =>
    {
        var stopped = false;
        foreach (var step in steps)
        {
            stopped = step.Event is ProcessEvent.StopRequested or ProcessEvent.LeaseEnded || (stopped && step.Event is not (ProcessEvent.StartRequested or ProcessEvent.RestartRequested));
            // To ask for what is still being stopped is no start: it is asked for again once that is done.
            if (stopped && step.Effect == Effect.Spawn)
                Assert.Fail($"{step}");
        }
    });

    [Fact]
    public void A_program_is_executed_only_while_no_run_of_it_is_alive() => InEveryStory(steps =>
    {
        var alive = false;
        foreach (var step in steps)
        {
            if (alive && step.Effect == Effect.Spawn)
                Assert.Fail($"{step}");
            // From the decision to execute it until the news of its failure or end; and while what it left behind is ended for a restart.
            alive = step.Effect == Effect.Spawn || step.Event is ProcessEvent.RestartRequested || (alive && step switch
            {
                { Event: ProcessEvent.SpawnFailed, Before.State: RunState.Starting } => false,
                // It may go on as another process.
                { Event: ProcessEvent.Ended, After.State: RunState.Running { Handover: not null } } => true,
                { Event: ProcessEvent.Ended, Before.State: RunState.Running or RunState.Stopping } => false,
                _ => true,
            });
            Assert.Equal(alive, step.After.State is RunState.Starting or RunState.Running or RunState.Stopping);
        }
    });

    [Fact]
    public void Nothing_but_a_new_state_of_starting_executes_a_program() => InEveryStory(steps => Assert.All(
        steps,
        step => Assert.Equal(
            step.Before.State is not RunState.Starting && step.After.State is RunState.Starting, step.Effect == Effect.Spawn)));

    [Fact]
    public void The_tree_is_ended_when_and_only_when_the_user_says_so_or_nobody_owns_it_or_it_has_failed() => InEveryStory(steps => Assert.All(
        steps,
        step => Assert.Equal(
            step.Event is ProcessEvent.StopRequested or ProcessEvent.RestartRequested or ProcessEvent.LeaseEnded
                || (step.Event is ProcessEvent.NotReady && step.Before.State is RunState.Running { IsReady: false })
                || (step.Event is ProcessEvent.Examined { IsHealthy: false }
                    && step.Before is { State: RunState.Running, Spec.Restart: not RestartRule.Never }),
            step.Effect == Effect.EndTree)));

    [Fact]
    public void What_was_asked_for_never_changes() => InEveryStory(steps => Assert.All(steps, step => Assert.Equal(
        (step.Before.Id, step.Before.Spec, step.Before.Cookie, step.Before.LogName),
        (step.After.Id, step.After.Spec, step.After.Cookie, step.After.LogName))));

    [Fact]
    public void Each_run_has_a_cookie_that_no_process_can_have_from_before() => InEveryStory(steps =>
    {
        var had = new HashSet<string>();
        foreach (var step in steps)
        {
            if (step.Effect == Effect.Spawn)
                Assert.DoesNotContain(step.After.RunCookie, had);
            else if (step.After.State is not RunState.Starting)
                had.Add(step.After.RunCookie);
        }
    });

    [Fact]
    public void A_restart_is_due_within_the_longest_back_off() => InEveryStory(steps => Assert.All(steps, step =>
    {
        if (step.After.State is RunState.Backoff waiting)
            Assert.InRange(waiting.Due, waiting.Since, waiting.Since + RestartBackoff.Longest);
    }));

    [Fact]
    public void Only_a_rule_that_says_so_or_the_user_who_was_not_served_has_a_process_wait_for_a_restart() => InEveryStory(steps => Assert.All(steps, step =>
    {
        if (step.After.State is RunState.Backoff && step.Before.State is not RunState.Backoff && !IsOwed(step))
            Assert.NotEqual(RestartRule.Never, step.After.Spec.Restart);
        if (step.After.State is RunState.Starting { Automatic: true } && step.Before.State is not RunState.Starting)
            Assert.IsType<RunState.Backoff>(step.Before.State);
    }));

    [Fact]
    public void The_state_is_since_the_event_that_led_to_it() => InEveryStory(steps => Assert.All(steps, step =>
        Assert.Equal(IsSame(step.Before.State, step.After.State) ? step.Before.State.Since : step.Now, step.After.State.Since)));

    // What is learned about a run does not make another of it.
    private static bool IsSame(RunState before, RunState after) =>
        before == after || (before.GetType() == after.GetType() && (before.Main == after.Main || before.CurrentRun?.Since == after.CurrentRun?.Since) && (after.Main is not null || after is RunState.Stopping or RunState.Exited));

    [Fact]
    public void No_restart_is_faster_than_the_back_off() => InEveryStory(steps => Assert.All(steps, step =>
    {
        if (step.After.State is RunState.Starting { Automatic: true } && step.Effect == Effect.Spawn)
            Assert.True(step.Now >= Assert.IsType<RunState.Backoff>(step.Before.State).Due);
    }));

    [Fact]
    public void It_is_given_up_when_and_only_when_its_limit_says_so() => InEveryStory(steps =>
    {
        var restarts = new List<DateTimeOffset>();
        foreach (var step in steps)
        {
            if (step.Event is ProcessEvent.ResetRequested or ProcessEvent.RestartRequested || (step.Event is ProcessEvent.StartRequested && step.Effect == Effect.Spawn))
                restarts.Clear();
            else if (step.Effect == Effect.Spawn)
                restarts.Add(step.Now);
            var isUsedUp = step.After.Spec.RestartLimit is { } limit
                && restarts.Count(restart => step.Now - restart < limit.Window) >= limit.Restarts;
            if (!IsOwed(step) && step.Before.State is not (RunState.Failed or RunState.Backoff) && step.After.State is RunState.Failed or RunState.Backoff
                && isUsedUp != step.After.State is RunState.Failed)
                Assert.Fail($"{step}");
        }
    });

    [Fact]
    public void What_has_no_pid_file_is_never_waited_for_nor_left_in_the_background_with_one() => InEveryStory(steps => Assert.All(steps, step =>
    {
        if (step.After.State is RunState.Running { Handover: not null } or RunState.Exited { Left: not null })
            Assert.Equal(step.After.State is RunState.Running, step.After.Spec.PidFile is not null);
    }));

    [Fact]
    public void What_goes_on_as_another_process_is_the_same_run() => InEveryStory(steps => Assert.All(steps, step =>
    {
        if (step.Event is ProcessEvent.HandedOver next && step.Before.State is RunState.Running run)
            Assert.Equal((step.Before with { State = run with { Identity = next.Identity, Handover = null } }, Effect.None), (step.After, step.Effect));
    }));

    [Fact]
    public void Restarts_are_counted_one_by_one() => InEveryStory(steps => Assert.All(steps, step => Assert.Equal(
        step.Event is ProcessEvent.ResetRequested ? 0 : step.Before.Restarts + (step.Effect == Effect.Spawn && step.Event is ProcessEvent.Tick ? 1 : 0), step.After.Restarts)));

    [Fact]
    public void Each_restart_and_each_end_is_counted_once_and_nothing_is_taken_back() => InEveryStory(steps => Assert.All(steps, step =>
    {
        var (before, after) = (step.Before.Tally, step.After.Tally);
        var isRestart = step.Effect == Effect.Spawn && step.Before.State is RunState.Backoff or RunState.Waiting { Automatic: true };
        Assert.Equal(before.Restarts.Sum + (isRestart ? 1 : 0), after.Restarts.Sum);
        Assert.Equal(before.Ends.Sum + (ReferenceEquals(step.Before.LastRun, step.After.LastRun) ? 0 : 1), after.Ends.Sum);
        Assert.Equal(before.Starts.Counts.Sum + (step.Before.State is RunState.Running { IsReady: false } && step.After.State is RunState.Running { IsReady: true } ? 1 : 0), after.Starts.Counts.Sum);
        Assert.All(RestartReasons.All, reason => Assert.True(after.Restarts[reason] >= before.Restarts[reason]));
        Assert.All(EndKinds.All, kind => Assert.True(after.Ends[kind] >= before.Ends[kind]));
    }));

    [Fact]
    public void Only_what_is_about_to_be_started_again_has_a_reason_for_it() => InEveryStory(steps => Assert.All(steps, step =>
    {
        if (step.After.State is not (RunState.Stopping or RunState.Backoff or RunState.Waiting))
            Assert.Equal(default, step.After.Again);
    }));

    [Fact]
    public void A_run_that_is_over_began_before_it_ended() => InEveryStory(steps => Assert.All(steps, step =>
    {
        if (step.After.LastRun is { } run && !(run.StartedAt <= run.EndedAt && run.EndedAt <= step.Now))
            Assert.Fail($"{step}");
    }));

    [Fact]
    public void The_same_question_has_the_same_answer() => InEveryStory(steps => Assert.All(steps, step =>
    {
        var (again, effect) = Lifecycle.Decide(step.Before, step.Event, step.Now);
        Assert.Equal(step.After.RecentRestarts, again.RecentRestarts);
        Assert.Equal((step.After, step.Effect), (again with { RecentRestarts = step.After.RecentRestarts }, effect));
    }));

    // Whoever was to start it for the user did not come to that.
    private static bool IsOwed(Step step) =>
        step is { Before.State: RunState.Stopping { ThenStart: true } } or { Event: ProcessEvent.SpawnFailed { IsInterrupted: true } };

    private static void InEveryStory(Action<IReadOnlyList<Step>> holds) => Story.Sample(
        story =>
        {
            var record = Sample.In(Sample.State("stopped"), story.Rule);
            record = record with
            {
                Spec = record.Spec with { RestartLimit = story.Limit, Readiness = story.Readiness, PidFile = story.HasPidFile ? "web.pid" : null },
            };
            var now = Sample.Start;
            var steps = new List<Step>();
            foreach (var (happened, milliseconds) in story.Events)
            {
                now += TimeSpan.FromMilliseconds(milliseconds);
                var (after, effect) = Lifecycle.Decide(record, happened, now);
                steps.Add(new Step(record, happened, now, after, effect));
                record = after;
            }

            holds(steps);
        },
        iter: Long.Times(10_000, otherwise: 3_000));
}
