using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Queries;

public sealed class ObserverTests : IDisposable
{
    private const ulong Container = 4026532201;

    private static readonly Query.Processes All = new(new Selection.All());

    private readonly MadeUpSentinel _sentinel = new();

    private Machine Machine => _sentinel.Machine;

    [Fact]
    public void Who_asks_counts_for_no_tree_not_even_its_own()
    {
        var main = _sentinel.Started("shell");
        var asker = Machine.Fork(main);

        Assert.Equal([main.Pid, asker.Pid], Ask(All)["shell"].Pids);
        Assert.Equal([main.Pid], Ask(All with { Asker = asker.Identity })["shell"].Pids);
    }

    [Fact]
    public void Who_asks_from_another_pid_namespace_is_not_mistaken_for_one_that_has_the_same_pid_here()
    {
        var main = _sentinel.Started("web");

        Assert.Equal([main.Pid], Ask(All with { Asker = main.Identity with { PidNamespace = Container } })["web"].Pids);
    }

    [Fact]
    public void What_is_seen_is_written_down_by_nobody_who_asks()
    {
        _sentinel.Started("web", RestartRule.Always).End(1);
        var written = File.ReadAllBytes(_sentinel.Home.State);

        Assert.Equal("backoff", Ask(All)["web"].State);
        Assert.Equal(written, File.ReadAllBytes(_sentinel.Home.State));
    }

    [Fact]
    public void An_end_that_nobody_noted_is_to_be_noted_if_a_restart_follows_from_it()
    {
        _sentinel.Started("web", RestartRule.Always).End(1);
        Assert.True(Observer().Look().IsAnyDue(Machine.Clock.GetUtcNow()));
    }

    [Theory]
    [InlineData(RestartRule.Always, false)]
    [InlineData(RestartRule.Never, true)]
    public void What_runs_or_is_not_to_be_restarted_is_not_due(RestartRule restart, bool hasEnded)
    {
        var main = _sentinel.Started("web", restart);
        if (hasEnded)
            main.End(1);

        Assert.False(Observer().Look().IsAnyDue(Machine.Clock.GetUtcNow()));
    }

    [Fact]
    public void What_takes_long_to_find_out_is_found_out_when_it_is_asked_for()
    {
        var main = _sentinel.Started("web");
        var left = Machine.Fork(main);
        main.End(0);

        var (plain, whole) = (Ask(All)["web"], Ask(All with { WithRemains = true, WithLogs = true })["web"]);

        Assert.Null(plain.MovedLogs);
        Assert.Empty(plain.Pids);
        Assert.Equal([new MovedLog("/web.log", "/web.log.1")], whole.MovedLogs!);
        Assert.Equal([left.Pid], whole.Pids);
    }

    [Fact]
    public void A_process_comes_with_its_own_ports_and_a_name_that_is_none_is_missing()
    {
        _sentinel.Started("web");
        _sentinel.Started("worker");
        _sentinel.Supervisor.Do(new Request.AllocatePort(12_000, "loose")).Now();
        using (var transaction = _sentinel.Store.Begin())
        {
            transaction.State = transaction.State.With(new PortLease(12_001, "http", Clock.Start, _sentinel["web"].Id));
            transaction.Save();
        }

        var answer = Answer(new Query.Processes(new Selection.Named(["web", "worker", "wrk"])));

        Assert.Equal([12_001], answer.All[0].Ports.Select(lease => lease.Port));
        Assert.Empty(answer.All[1].Ports);
        Assert.Equal(("wrk", FailureCode.NotFound), Assert.IsType<Outcome.Failed>(Assert.Single(answer.Missing)) is var failed ? (failed.Target, failed.Code) : default);
    }

    [Fact]
    public void A_group_comes_with_the_names_of_its_variables_and_its_processes()
    {
        _sentinel.Started("web");
        _sentinel.Supervisor.Do(new Request.CreateGroup(new Group("backend", Clock.Start)
        {
            EnvironmentFiles = [],
            Variables = EnvironmentBlock.Of(["SECRET=hidden"u8.ToArray()]),
        })).Now();
        _sentinel.Supervisor.Do(new Request.AddToGroup("backend", new Selection.Named(["web"]))).Now();

        var group = Assert.Single(Ask<Answer.Groups>(new Query.Groups(null)).All);

        Assert.Equal(["SECRET"], group.Variables);
        Assert.Equal(("web", "running"), Assert.Single(group.Processes) is var member ? (member.Name, member.State) : default);
        Assert.Equal(FailureCode.NotFound, Assert.IsType<Outcome.Failed>(Assert.Single(Ask<Answer.Groups>(new Query.Groups("none")).Missing)).Code);
    }

    [Fact]
    public void A_port_comes_with_who_has_it_and_who_listens_on_it()
    {
        _sentinel.Started("web");
        _sentinel.Supervisor.Do(new Request.AllocatePort(12_000, "loose")).Now();
        using (var transaction = _sentinel.Store.Begin())
        {
            transaction.State = transaction.State.With(new PortLease(12_001, "http", Clock.Start, _sentinel["web"].Id));
            transaction.Save();
        }

        _sentinel.Ports.Used[12_001] = new Listener(12_001, "tcp", 7, "nginx");

        var all = Ask<Answer.Ports>(new Query.Ports(null)).All;

        Assert.Equal([(12_000, null), (12_001, "web")], all.Select(port => (port.Port, port.Process)));
        Assert.Equal("nginx (pid 7)", Assert.Single(all[1].Listeners).ToString());
        Assert.Equal([12_000], Ask<Answer.Ports>(new Query.Ports("loose")).All.Select(port => port.Port));
    }

    [Fact]
    public void Secrets_are_told_only_to_those_who_ask_for_them()
    {
        _sentinel.Started("web").End(1);

        var (hidden, told) = (Variables(withValues: false), Variables(withValues: true));

        Assert.Equal((true, null, null), Of(hidden, "SENTINEL_COOKIE"));
        Assert.False(Of(told, "SENTINEL_COOKIE").IsMasked);
        Assert.NotNull(Of(told, "SENTINEL_COOKIE").NextValue);
        Assert.Equal((false, "web", "web"), Of(hidden, "SENTINEL_NAME"));
        Assert.Equal(hidden.Select(variable => (variable.Name, variable.IsSet, variable.Source)), told.Select(variable => (variable.Name, variable.IsSet, variable.Source)));

        IReadOnlyList<VariableInfo> Variables(bool withValues) => Ask<Answer.Environment>(new Query.Environment("web", withValues)).Of!.Variables;

        static (bool IsMasked, string? Value, string? NextValue) Of(IReadOnlyList<VariableInfo> variables, string name) =>
            variables.Single(variable => variable.Name == name) is var found ? (found.IsMasked, found.Value, found.NextValue) : default;
    }

    [Theory]
    [InlineData("DB_PASSWORD", "x", true)]
    [InlineData("PGPASSWORD", "x", true)]
    [InlineData("GITHUB_TOKEN", "x", true)]
    [InlineData("aws_secret_access_key", "x", true)]
    [InlineData("API_KEY", "x", true)]
    [InlineData("SSH_PRIVATE", "x", true)]
    [InlineData("DB_PWD", "x", true)]
    [InlineData("DB_PASS", "x", true)]
    [InlineData("PWD", "/srv", false)]
    [InlineData("KEYBOARD", "de", false)]
    [InlineData("PATH", "/bin", false)]
    [InlineData("COMPASS_MODE", "x", false)]
    [InlineData("DATABASE_URL", "postgres://app:pw@db/x", true)]
    [InlineData("DATABASE_URL", "postgres://db:5432/x", false)]
    [InlineData("PROXY", null, false)]
    public void A_secret_is_known_by_its_name_or_by_a_login_in_an_address(string name, string? value, bool isSecret) =>
        Assert.Equal(isSecret, Secrets.IsSecret(name, value));

    [Fact]
    public void An_environment_that_cannot_be_put_together_is_a_failure_and_no_fault()
    {
        _sentinel.Started("web").End(1);
        using (var transaction = _sentinel.Store.Begin())
        {
            var record = transaction.State.Find("web")!;
            transaction.State = transaction.State.With(record with { Spec = record.Spec with { EnvironmentFiles = ["/nowhere/.env"] } });
            transaction.Save();
        }

        var answer = Ask<Answer.Environment>(new Query.Environment("web", WithValues: false));

        Assert.Null(answer.Of);
        Assert.Equal("there is no environment file /nowhere/.env", Assert.IsType<Outcome.Failed>(Assert.Single(answer.Missing)).Why);
    }

    [Fact]
    public void What_is_overdue_is_what_would_be_ended()
    {
        _sentinel.Started("web");
        var leased = _sentinel.Started("leased");
        using (var transaction = _sentinel.Store.Begin())
        {
            var record = transaction.State.Find("leased")!;
            transaction.State = transaction.State.With(record with
            {
                Spec = record.Spec with { Lease = new Lease { Term = new Term(TimeSpan.FromSeconds(1), Clock.Start), Session = "demo" } },
            });
            transaction.Save();
        }

        Machine.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["leased"], Ask<Answer.Overdue>(new Query.Overdue(null)).All.Select(outcome => outcome.Target));
        Assert.Equal(["leased"], Ask<Answer.Overdue>(new Query.Overdue("demo")).All.Select(outcome => outcome.Target));
        leased.End(0);
        Assert.Empty(Ask<Answer.Overdue>(new Query.Overdue(null)).All);
    }

    [Fact]
    public void A_summary_tells_a_part_of_the_same()
    {
        _sentinel.Started("web");
        _sentinel.Started("crashed").End(1);

        var summaries = Ask<Answer.Summaries>(new Query.Summaries(new Selection.Named(["web", "crashed", "nobody"])));

        Assert.Equivalent(Answer(All).All.Select(ProcessSummary.Of), summaries.All, strict: true);
        Assert.Equal("nobody", Assert.Single(summaries.Missing).Target);
    }

    [Fact]
    public void A_start_is_answered_once_it_is_decided()
    {
        _sentinel.Started("web");
        _sentinel.Starts.Failures["web"] = "it never listens";

        Assert.Equal("it never listens", Ask<Answer.Start>(new Query.Start(_sentinel["web"], Serves: true)).Failure?.Why);
    }

    [Fact]
    public void Metrics_are_of_whole_trees_and_nobody_waits_for_them()
    {
        var main = _sentinel.Started("web");
        var child = Machine.Fork(main);
        (main.MemoryBytes, child.MemoryBytes, main.CpuTicks, child.CpuTicks, child.Threads) = (1000, 200, 50, 25, 4);
        _sentinel.Started("stopped");
        _sentinel.Stop("stopped");
        var before = Machine.Clock.Elapsed;

        var metrics = Ask<Answer.Metrics>(new Query.Metrics());

        Assert.Equal(before, Machine.Clock.Elapsed);
        Assert.Equal((null, "1.0"), (metrics.Daemon, metrics.Version));
        Assert.Equal(["stopped", "web"], metrics.All.Select(process => process.Name).Order());
        var web = metrics.All.Single(process => process.Name == "web");
        Assert.Equal((true, true, 1200, 0.75, 5), (web.IsUp, web.IsReady, web.MemoryBytes, web.CpuSeconds, web.Threads));
        var stopped = metrics.All.Single(process => process.Name == "stopped");
        Assert.Equal(("stopped", false, null, null, null), (stopped.State, stopped.IsUp, stopped.MemoryBytes, stopped.CpuSeconds, stopped.StartedAt));
    }

    [Fact]
    public void The_CPU_time_of_a_tree_does_not_fall_when_some_of_it_ends()
    {
        var main = _sentinel.Started("web");
        var child = Machine.Fork(main);
        (main.CpuTicks, child.CpuTicks) = (50, 25);
        var observer = Observer();

        Assert.Equal(0.75, Cpu());
        child.End(0);
        Assert.Equal(0.75, Cpu());
        main.CpuTicks = 80;
        Assert.Equal(0.8, Cpu());

        double? Cpu() => Assert.Single(Assert.IsType<Answer.Metrics>(observer.Ask(new Query.Metrics()).Now()).All).CpuSeconds;
    }

    [Fact]
    public void Checks_that_are_not_written_yet_count()
    {
        _sentinel.Started("web");
        _sentinel.Store.Checks.Count(_sentinel["web"].Id, CheckResult.Passed);

        Assert.Equal(1, Assert.Single(Ask<Answer.Metrics>(new Query.Metrics()).All).Tally.Checks[CheckResult.Passed]);
    }

    [Fact]
    public void What_is_found_is_what_doctor_finds() =>
        Assert.Equal("all is well", Assert.Single(Ask<Answer.Findings>(new Query.Findings()).All).What);

    [Fact]
    public void Events_come_after_a_number_and_with_the_last_number_there_is()
    {
        _sentinel.Started("web");
        var first = Ask<Answer.Events>(new Query.Events(0));
        _sentinel.Started("worker");

        var next = Ask<Answer.Events>(new Query.Events(first.Last));

        Assert.Equal(first.Last, first.Page[^1].UpTo);
        Assert.Equal("worker", Assert.IsType<Event.Started>(Assert.IsType<Notice.Happened>(Assert.Single(next.Page)).Event).Name);
        Assert.Empty(Ask<Answer.Events>(new Query.Events(next.Last)).Page);
    }

    public void Dispose() => _sentinel.Dispose();

    private Observer Observer() => new(new ObserverTools(
        _sentinel.Store, Machine, new MadeUpOpenLogs(), new LogFiles(), new RegularFiles(), new Accounts(), _sentinel.Ports, _sentinel.Starts,
        () => ValueTask.FromResult<IReadOnlyList<Finding>>([Finding.Ok("home", "all is well")]), Machine.Clock, () => "1.0",
        IsWatched: () => false, time => Machine.WaitAny([], time)));

    private Answer.Processes Answer(Query query) => Ask<Answer.Processes>(query);

    private T Ask<T>(Query query) => Assert.IsType<T>(Observer().Ask(query).Now());

    private Dictionary<string, ProcessInfo> Ask(Query query) => Answer(query).All.ToDictionary(process => process.Name);

    private sealed class MadeUpOpenLogs : IOpenLogs
    {
        public IReadOnlyList<DeletedLog> DeletedOf(ProcessRecord record) => [];

        public IReadOnlyList<MovedLog> MovedOf(ProcessRecord record) => [new MovedLog("/web.log", "/web.log.1")];
    }
}
