using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>Running what is registered already: <c>--ensure</c>, <c>--replace</c>, and names that are taken.</summary>
public sealed class RerunningTests : IDisposable
{
    private readonly MadeUpSentinel _sentinel = new();

    public void Dispose() => _sentinel.Dispose();

    [Theory]
    [InlineData(IfTaken.Ensure)]
    [InlineData(IfTaken.Replace)]
    public void What_is_not_there_is_run(IfTaken ifTaken) => Assert.IsType<Outcome.Started>(Assert.Single(Run(Asked(), ifTaken)));

    [Theory]
    [InlineData(IfTaken.Ensure)]
    [InlineData(IfTaken.Replace)]
    public void What_runs_as_asked_goes_on_also_from_another_shell(IfTaken ifTaken)
    {
        var port = Asked(spec => spec with { Ports = [PortRequest.Parse("http:3000")] });
        Run(port, ifTaken);
        var other = MadeUpSentinel.EnvironmentOf("SHLVL=2");

        var running = Assert.IsType<Outcome.AlreadyRunning>(Assert.Single(Run(
            port with { Spec = port.Spec with { Environment = other.Key, Inherited = "other" }, Environment = other }, ifTaken)));

        Assert.Equal([new PortRef("http", 3000)], running.Ports);
        Assert.Single(_sentinel.Machine.Launches);
    }

    [Theory]
    [InlineData(IfTaken.Ensure)]
    [InlineData(IfTaken.Replace)]
    public void What_does_not_run_is_started_with_what_the_caller_has_now(IfTaken ifTaken)
    {
        Run(Asked(), ifTaken);
        _sentinel.Stop("web");
        var now = MadeUpSentinel.EnvironmentOf("PATH=/new");

        Assert.Equal(1, Assert.IsType<Outcome.Started>(Assert.Single(Run(Asked() with { Environment = now }, ifTaken))).Process.Id);

        Assert.Equal("/new", _sentinel.Machine.Launches[^1].Environment["PATH"]);
    }

    [Fact]
    public void Ensure_leaves_what_is_different_alone_and_says_how_it_differs_but_no_value_of_a_variable()
    {
        Run(Asked(), IfTaken.Ensure);

        var failed = Assert.IsType<Outcome.Failed>(Assert.Single(Run(
            Asked(spec => spec with { Command = Command.From(["server --port=81"]), Variables = EnvironmentBlock.Empty.With("KEY", "secret") }), IfTaken.Ensure)));

        Assert.Equal("it is not as asked for: command: server --port=80 -> server --port=81; env: KEY; 'run --replace' changes it", failed.Why);
        Assert.Equal(FailureCode.Different, failed.Code);
        Assert.Equal("server --port=80", _sentinel["web"].Spec.Command.Text);
        Assert.Single(_sentinel.Machine.Launches);
    }

    [Fact]
    public void Replace_changes_and_restarts_it_and_keeps_its_id()
    {
        Run(Asked(), IfTaken.Replace);

        var outcomes = Run(Asked(spec => spec with { Command = Command.From(["server --port=81"]) }), IfTaken.Replace);

        Assert.Equal(["command"], Assert.IsType<Outcome.Changed>(outcomes[0]).Fields);
        Assert.Equal(1, Assert.IsType<Outcome.Restarted>(outcomes[1]).Process.Id);
        Assert.Equal("server --port=81", _sentinel.Machine.Launches[^1].Command.Text);
    }

    [Fact]
    public void Replace_restarts_nothing_where_the_change_holds_at_once()
    {
        Run(Asked(), IfTaken.Replace);

        var outcomes = Run(Asked(spec => spec with { Restart = RestartRule.Always }), IfTaken.Replace);

        Assert.Equal(["restart"], Assert.IsType<Outcome.Changed>(outcomes[0]).Fields);
        Assert.IsType<Outcome.AlreadyRunning>(outcomes[1]);
        Assert.Single(_sentinel.Machine.Launches);
    }

    [Fact]
    public void A_set_is_ensured_and_replaced_as_a_whole_also_in_its_number()
    {
        Run(Asked() with { Instances = 2 }, IfTaken.Ensure);

        Assert.Equal(2, Run(Asked() with { Instances = 2 }, IfTaken.Ensure).OfType<Outcome.AlreadyRunning>().Count());
        Assert.Equal("it is not as asked for: instances: 2 -> 3; 'run --replace' changes it", Failed(Run(Asked() with { Instances = 3 }, IfTaken.Ensure)).Why);
        Assert.IsType<Outcome.Started>(Run(Asked() with { Instances = 3 }, IfTaken.Replace)[^1]);
        Assert.Equal(["web-1", "web-2", "web-3"], _sentinel.Store.Read().Processes.Values.Select(record => record.Spec.Name));
        Assert.Equal("it is not as asked for: it is a set of instances; 'sentinel delete' first", Failed(Run(Asked(), IfTaken.Replace)).Why);
    }

    [Theory]
    [InlineData(IfTaken.Refuse)]
    [InlineData(IfTaken.Ensure)]
    [InlineData(IfTaken.Replace)]
    public void A_name_that_another_session_has_is_told_with_its_owner_and_nobody_is_advised_to_delete_it(IfTaken ifTaken)
    {
        Run(Asked(spec => spec with { Lease = new Lease { Session = "a" } }), IfTaken.Refuse);

        var failed = Failed(Run(Asked(spec => spec with { Lease = new Lease { Session = "b" } }), ifTaken));

        Assert.Equal(
            "the name 'web' is taken by process 1 (running: server --port=80), which runs in /srv, in the session a; choose another name", failed.Why);
        Assert.Equal(FailureCode.NameTaken, failed.Code);
    }

    [Fact]
    public void A_name_that_another_folder_has_is_told_with_that_folder()
    {
        Run(Asked(), IfTaken.Refuse);
        Assert.EndsWith("which runs in /srv; choose another name", Failed(Run(Asked(spec => spec with { WorkingDirectory = "/" }), IfTaken.Refuse)).Why);
        Assert.EndsWith(
            "choose another, or 'sentinel delete web' first; 'run --replace' changes what has it", Failed(Run(Asked(), IfTaken.Refuse)).Why);
    }

    private IReadOnlyList<Outcome> Run(RunRequest request, IfTaken ifTaken) => _sentinel.Supervisor.Run(request with { IfTaken = ifTaken }).Now();

    private static Outcome.Failed Failed(IReadOnlyList<Outcome> outcomes) => Assert.IsType<Outcome.Failed>(Assert.Single(outcomes));

    private static RunRequest Asked(Func<ProcessSpec, ProcessSpec>? with = null)
    {
        var request = MadeUpSentinel.Request("web");
        return request with { Spec = (with ?? (spec => spec))(request.Spec) };
    }
}
