using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Linux.Files;
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

    public void Dispose() => _sentinel.Dispose();

    private Observer Observer() => new(new ObserverTools(
        _sentinel.Store, Machine, new MadeUpOpenLogs(), new LogFiles(), new RegularFiles(), Machine.Clock, IsWatched: () => false, time => Machine.WaitAny([], time)));

    private Answer.Processes Answer(Query query) => Assert.IsType<Answer.Processes>(Observer().Ask(query).Now());

    private Dictionary<string, ProcessInfo> Ask(Query query) => Answer(query).All.ToDictionary(process => process.Name);

    private sealed class MadeUpOpenLogs : IOpenLogs
    {
        public IReadOnlyList<DeletedLog> DeletedOf(ProcessRecord record) => [];

        public IReadOnlyList<MovedLog> MovedOf(ProcessRecord record) => [new MovedLog("/web.log", "/web.log.1")];
    }
}
