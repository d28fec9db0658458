using Sentinel.Api;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class DependencyTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();
    private readonly MadeUpDaemon _daemon;

    public DependencyTests() => _daemon = MadeUpDaemon.Of(_sentinel);

    [Fact]
    public void A_process_waits_until_what_it_needs_is_ready()
    {
        Run("db", isProbed: true);

        var waits = Assert.IsType<Outcome.Waits>(Run("api", "db"));

        Assert.Equal(["db"], waits.For);
        Assert.Equal(new WaitsFor("db", "ready", "it is not ready yet", IsInVain: false), Assert.Single(WaitsFor("api")));
        Tell("db", new ProcessEvent.Ready());
        Assert.IsType<RunState.Running>(_daemon["api"].State);
        Assert.Equal(0, _daemon["api"].Restarts);
        Assert.Empty(WaitsFor("api"));
    }

    [Theory]
    [InlineData("port", "running, and does not listen yet")]
    [InlineData("file:run/x", "running, and there is no run/x yet")]
    [InlineData("log:^up", "running, and has written nothing that matches '^up'")]
    public void A_sign_is_waited_for_in_each_run(string condition, string why)
    {
        Run("db");
        Run("api", $"db:{condition}");

        Assert.Equal(new WaitsFor("db", condition, $"it is {why}", IsInVain: false), Assert.Single(WaitsFor("api")));
        Tell("db", new ProcessEvent.Met(Condition.Parse(condition)));
        Assert.IsType<RunState.Running>(_daemon["api"].State);
        _daemon.Do(new Request.Restart(new Selection.Named(["db", "api"]), StopOptions.Default, null));
        _daemon.Loop.Run();
        Assert.IsType<RunState.Waiting>(_daemon["api"].State);
    }

    [Fact]
    public void What_waits_for_what_waits_in_vain_waits_in_vain()
    {
        Run("gone", "nobody");
        Run("far", "gone");

        Assert.Equal((true, "it is waiting for nobody"), (Assert.Single(WaitsFor("far")).IsInVain, WaitsFor("far")[0].Why));
        Assert.IsType<Outcome.Started>(Run("free", "far,optional"));
    }

    [Fact]
    public void What_is_bound_to_what_is_deleted_is_stopped_and_waits()
    {
        Run("db");
        Run("api", "db,bound");

        _daemon.Do(new Request.Delete(new Selection.Named(["db"]), StopOptions.Default, WithLogs: false));
        _daemon.Loop.Run();

        Assert.IsType<RunState.Waiting>(_daemon["api"].State);
    }

    [Fact]
    public void What_it_needs_is_started_first_and_what_is_up_is_left_alone()
    {
        foreach (var (name, needs) in new[] { ("cache", ""), ("db", "cache"), ("api", "db") })
            Run(name, needs);
        Stop("api", "db");
        var cache = _daemon.Main("cache").Pid;

        var outcomes = _daemon.Do(new Request.Start(new Selection.Named(["api"]), null));
        _daemon.Loop.Run();

        Assert.Equal(["db", "api"], outcomes.Select(outcome => outcome.Target).Order().Reverse());
        Assert.Equal(cache, _daemon.Main("cache").Pid);
        Assert.All(new[] { "db", "api" }, name => Assert.IsType<RunState.Running>(_daemon[name].State));
        Assert.True(_daemon["db"].State.Since <= _daemon["api"].State.Since);
    }

    [Fact]
    public void Alone_it_starts_at_once_and_starts_nothing_else()
    {
        Run("db");
        Run("api", "db");
        Stop("api", "db");

        Assert.IsType<Outcome.Started>(Assert.Single(_daemon.Do(new Request.Start(new Selection.Named(["api"]), null, IsAlone: true))));

        Assert.IsType<RunState.Stopped>(_daemon["db"].State);
    }

    [Fact]
    public void A_restart_after_a_crash_waits_too_and_counts_no_failure()
    {
        Run("db", isProbed: true);
        Tell("db", new ProcessEvent.Ready());
        Run("api", "db", RestartRule.Always);
        Stop("db");
        _daemon.Main("api").End(0x0100);
        _daemon.Loop.Run(TimeSpan.FromMinutes(10));

        Assert.IsType<RunState.Waiting>(_daemon["api"].State);
        Assert.Equal((0, 1), (_daemon["api"].Restarts, _daemon["api"].ShortRuns));
        var waits = Assert.Single(WaitsFor("api"));
        Assert.Equal(("it is stopped", true), (waits.Why, waits.IsInVain));
        Start("db");
        Tell("db", new ProcessEvent.Ready());
        Assert.IsType<RunState.Running>(_daemon["api"].State);
        Assert.Equal(1, _daemon["api"].Restarts);
    }

    [Fact]
    public void What_waits_can_be_stopped_and_then_stays_so()
    {
        Run("db", isProbed: true);
        Run("api", "db");

        Assert.IsType<Outcome.Stopped>(Assert.Single(Stop("api")));
        Tell("db", new ProcessEvent.Ready());

        Assert.IsType<RunState.Stopped>(_daemon["api"].State);
    }

    [Fact]
    public void What_waits_is_started_by_the_next_daemon()
    {
        Run("db", isProbed: true);
        Run("api", "db");
        Tell("db", new ProcessEvent.Ready(), then: false);
        _daemon.Loop.Kill();

        var next = new MadeUpDaemon(_sentinel);
        next.Start();

        Assert.IsType<RunState.Running>(next["api"].State);
    }

    [Fact]
    public void Without_it_only_what_needs_it_optionally_starts()
    {
        Assert.IsType<Outcome.Started>(Run("front", "mail,optional"));
        Assert.IsType<Outcome.Waits>(Run("back", "mail"));
        Assert.Equal(("mail", "there is no such process", true), WaitsFor("back") is [var waits] ? (waits.Name, waits.Why, waits.IsInVain) : default);
    }

    [Fact]
    public void A_task_is_needed_done_and_is_not_run_again()
    {
        Run("migrate", isTask: true);
        Assert.IsType<Outcome.Waits>(Run("api", "migrate"));
        Assert.Equal("it is running", Assert.Single(WaitsFor("api")).Why);

        _daemon.Main("migrate").End(0);
        _daemon.Loop.Run();

        Assert.IsType<RunState.Running>(_daemon["api"].State);
        Assert.Equal("done", _daemon["migrate"].Word);
        Stop("api");
        Start("api");
        Assert.Equal("done", _daemon["migrate"].Word);
        Assert.Equal(1, _daemon["migrate"].RunNumber);
        _daemon.Do(new Request.Start(new Selection.All(), null));
        Assert.Equal(1, _daemon["migrate"].RunNumber);
    }

    [Fact]
    public void A_task_that_failed_keeps_what_needs_it_waiting_in_vain_until_it_succeeds()
    {
        Run("migrate", isTask: true);
        Run("api", "migrate");
        _daemon.Main("migrate").End(0x0100);
        _daemon.Loop.Run();

        Assert.Equal(("it is crashed: exited with code 1", true), WaitsFor("api") is [var waits] ? (waits.Why, waits.IsInVain) : default);
        Start("migrate");
        _daemon.Main("migrate").End(0);
        _daemon.Loop.Run();
        Assert.IsType<RunState.Running>(_daemon["api"].State);
    }

    [Theory]
    [InlineData("db:started", true)]
    [InlineData("db:ready", false)]
    [InlineData("db:healthy", false)]
    [InlineData("db:ended", false)]
    public void It_waits_for_the_condition_that_is_given(string needs, bool starts)
    {
        Run("db", isProbed: true);

        Run("api", needs);
        _daemon.Loop.Run();

        Assert.Equal(starts, _daemon["api"].State is RunState.Running);
    }

    [Fact]
    public void What_is_to_be_restarted_with_another_is_restarted_once_when_that_is_ready_again()
    {
        foreach (var name in new[] { "db", "cache" })
        {
            Run(name, isProbed: true);
            Tell(name, new ProcessEvent.Ready());
        }

        Run("api", "db,restart cache,restart");
        Run("front", "db");
        _daemon.Loop.Run(TimeSpan.FromSeconds(1));
        var front = _daemon.Main("front").Pid;
        _daemon.Do(new Request.Restart(new Selection.Named(["db", "cache"]), StopOptions.Default, null));

        Tell("db", new ProcessEvent.Ready());
        Assert.Equal(1, _daemon["api"].RunNumber);
        Tell("cache", new ProcessEvent.Ready());
        _daemon.Loop.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(2, _daemon["api"].RunNumber);
        Assert.IsType<RunState.Running>(_daemon["api"].State);
        Assert.Equal(front, _daemon.Main("front").Pid);
    }

    [Fact]
    public void What_is_bound_to_another_ends_with_it_and_waits()
    {
        Run("db");
        Run("api", "db,bound");
        Stop("db");
        _daemon.Loop.Run(TimeSpan.FromSeconds(30));

        Assert.IsType<RunState.Waiting>(_daemon["api"].State);
        Start("db");
        _daemon.Loop.Run(TimeSpan.FromSeconds(30));
        Assert.IsType<RunState.Running>(_daemon["api"].State);
    }

    [Fact]
    public void Those_that_need_it_are_told_of_and_go_on()
    {
        Run("db");
        Run("api", "db");

        var stopped = Assert.IsType<Outcome.Stopped>(Assert.Single(Stop("db")));

        Assert.Equal("api needs it and goes on", stopped.Remark);
        Assert.IsType<RunState.Running>(_daemon["api"].State);
    }

    [Fact]
    public void What_needs_another_has_ended_before_that_is_told_to()
    {
        foreach (var (name, needs) in new[] { ("db", ""), ("api", "db"), ("front", "api"), ("mail", "") })
            Run(name, needs);
        var order = new List<string>();
        foreach (var name in new[] { "db", "api", "front", "mail" })
        {
            var main = _daemon.Main(name);
            main.IgnoresSignals = true;
            main.OnSignal = _ =>
            {
                order.Add($"{name} told");
                _daemon.Machine.After(TimeSpan.FromMilliseconds(name == "front" ? 500 : 100), () =>
                {
                    order.Add($"{name} ended");
                    main.End(0);
                });
            };
        }

        Stop("db", "api", "front", "mail");

        Assert.Equal(["front ended", "api told", "api ended", "db told"], order.Where(step => step is "front ended" or "api told" or "api ended" or "db told").Distinct());
        Assert.True(order.IndexOf("mail ended") < order.IndexOf("front ended"), "it had nothing to wait for");
    }

    [Fact]
    public void With_its_dependents_all_that_needs_it_is_stopped()
    {
        foreach (var (name, needs) in new[] { ("db", ""), ("api", "db"), ("front", "api"), ("mail", "") })
            Run(name, needs);

        var outcomes = _daemon.Do(new Request.Stop(new Selection.Named(["db"]), StopOptions.Default, WithDependents: true));

        Assert.Equal(["api", "db", "front"], outcomes.Select(outcome => outcome.Target).Order());
        Assert.IsType<RunState.Running>(_daemon["mail"].State);
    }

    [Fact]
    public void After_another_it_starts_only_once_that_has_when_both_start()
    {
        Run("proxy", isProbed: true);
        Stop("proxy");
        Run("front", after: "proxy");
        Assert.IsType<RunState.Running>(_daemon["front"].State);
        Stop("front");

        Start("proxy", "front");
        Assert.IsType<RunState.Waiting>(_daemon["front"].State);
        Tell("proxy", new ProcessEvent.Ready());

        Assert.IsType<RunState.Running>(_daemon["front"].State);
    }

    [Fact]
    public void A_circle_is_refused_and_named()
    {
        Run("a", "b,optional");
        Assert.Equal("it would wait for itself: b needs a needs b", Assert.IsType<Outcome.Failed>(Run("b", "a")).Why);
        Run("b");
        var b = _daemon["b"];

        var refused = _daemon.Do(new Request.ChangeSpecs([new SpecChange(b.Id, b.Spec, b.Spec with { Needs = [new Need("a")] })]));

        Assert.Equal("it would wait for itself: b needs a needs b", Assert.IsType<Outcome.Failed>(Assert.Single(refused)).Why);
        Assert.Empty(_daemon["b"].Spec.Needs);
    }

    [Fact]
    public void A_set_is_ready_when_all_of_it_is()
    {
        var set = Request("pool", isProbed: true) with { Instances = 2 };
        _daemon.Do(new Request.Run(set));
        Run("api", "pool");
        Tell("pool-1", new ProcessEvent.Ready());
        Assert.Equal("pool-2 is not ready yet (1 of 2 ready)", Assert.Single(WaitsFor("api")).Why);

        Tell("pool-2", new ProcessEvent.Ready());

        Assert.IsType<RunState.Running>(_daemon["api"].State);
    }

    public void Dispose() => _sentinel.Dispose();

    private Outcome Run(string name, string needs = "", RestartRule restart = RestartRule.Never, bool isProbed = false, bool isTask = false, string after = "")
    {
        var outcome = Assert.Single(_daemon.Do(new Request.Run(Request(name, needs, restart, isProbed, isTask, after))));
        _daemon.Loop.Run();
        return outcome;
    }

    private static RunRequest Request(
        string name, string needs = "", RestartRule restart = RestartRule.Never, bool isProbed = false, bool isTask = false, string after = "") =>
        MadeUpSentinel.Request(name, restart) is var request ? request with
        {
            Spec = request.Spec with
            {
                IsCalledTask = isTask,
                Needs = [.. needs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Need.Parse)],
                After = after.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                Readiness = isProbed ? new Readiness(Probe.Notify, TimeSpan.Zero) : null,
            },
        } : throw new InvalidOperationException();

    private IReadOnlyList<Outcome> Start(params string[] names)
    {
        var outcomes = _daemon.Do(new Request.Start(new Selection.Named(names), null));
        _daemon.Loop.Run();
        return outcomes;
    }

    private IReadOnlyList<Outcome> Stop(params string[] names) => _daemon.Do(new Request.Stop(new Selection.Named(names), StopOptions.Default));

    private void Tell(string name, ProcessEvent happened, bool then = true)
    {
        _daemon.Itself.Note(_daemon[name], happened);
        if (then)
            _daemon.Loop.Run();
    }

    private IReadOnlyList<WaitsFor> WaitsFor(string name) => new Dependencies(_daemon.Store.Read().Processes.Values).Of(_daemon[name]);
}
