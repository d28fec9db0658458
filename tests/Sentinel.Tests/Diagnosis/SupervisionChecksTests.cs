using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Diagnosis;

public class SupervisionChecksTests
{
    private const string Version = "1.2.3 (abc, linux-x64)";

    private static readonly DaemonStatus Status = new(9, Version, Sample.Start, Supervised: 1, Running: 1, Restarts: 0, null);

    public static TheoryData<DaemonSight, string[]> Daemons => new()
    {
        { new DaemonSight.Answers(Status), ["ok: the daemon (pid 9) answers, and supervises 1 process"] },
        { new DaemonSight.Answers(Status with { Version = "1.2.2" }), [$"degraded: the daemon (pid 9) is 1.2.2, and this is {Version} -> sentinel daemon restart"] },
        { new DaemonSight.Silent(9), ["broken: the daemon (pid 9) does not answer: nothing can be changed, and nothing is restarted -> sentinel daemon stop --force"] },
        { new DaemonSight.Silent(null), ["broken: the daemon does not answer"] },
        { new DaemonSight.Strange("the daemon speaks another language"), ["broken: the daemon speaks another language -> sentinel daemon restart"] },
        { new DaemonSight.Closed("it is not ours"), ["degraded: cannot tell whether a daemon is running: it is not ours"] },
        { new DaemonSight.Deaf(9), ["degraded: a daemon (pid 9) is running but cannot be reached"] },
        { new DaemonSight.None(HasSocket: false), ["ok: no daemon is running, and no process"] },
        { new DaemonSight.None(HasSocket: true), ["ok: no daemon is running, and no process", "ok: a daemon that was killed has left its daemon.sock"] },
    };

    [Theory]
    [MemberData(nameof(Daemons))]
    public void A_daemon_is_told_by_what_it_answers(DaemonSight daemon, string[] told) => Told.Are(told, DaemonCheck.Of(daemon, Version, []));

    [Theory]
    [InlineData("running", RestartRule.Always, false)]
    [InlineData("running", RestartRule.OnFailure, false)]
    [InlineData("starting", RestartRule.Always, false)]
    [InlineData("backoff", RestartRule.Always, false)]
    [InlineData("running", RestartRule.Never, true)]
    [InlineData("stopped", RestartRule.Always, true)]
    [InlineData("failed", RestartRule.Always, true)]
    public void One_is_missed_where_something_is_to_be_restarted(string state, RestartRule rule, bool isWell) => Told.Are(
        [isWell ? "ok: no daemon is running" : "degraded: no daemon is running, so 1 process with --restart is restarted only when 'sentinel list' or 'status' runs -> sentinel daemon start"],
        DaemonCheck.Of(new DaemonSight.None(false), Version, [Sample.In(Sample.State(state), rule)]));

    [Theory]
    [InlineData("running", true, false)]
    [InlineData("running", false, true)]
    [InlineData("stopped", true, true)]
    public void One_is_missed_where_a_lease_will_be_over(string state, bool ends, bool isWell)
    {
        var record = Sample.In(Sample.State(state));
        var lease = new Lease { Session = "s1", Term = ends ? Term.From(Sample.Start, TimeSpan.FromHours(2)) : null };

        Told.Are(
            ["ok: no daemon is running", .. isWell ? Array.Empty<string>() : ["degraded: no daemon is running, and 1 process has a lease: only 'sentinel gc' ends a process whose lease is over -> sentinel daemon start"]],
            DaemonCheck.Of(new DaemonSight.None(false), Version, [record with { Spec = record.Spec with { Lease = lease } }]));
    }

    public static TheoryData<string, int[], string[], string[]> Processes => new()
    {
        { "running", [], [], ["ok: 1 of 1 are running"] },
        { "stopped", [], [], ["ok: 0 of 1 are running"] },
        { "failed", [], [], ["degraded: web was given up: it ended again and again -> sentinel why web, then 'sentinel start web'"] },
        { "stopped", [3], [], ["degraded: web has ended, but one process that it started is still running (pid 3) -> sentinel stop web"] },
        { "failed", [1, 2, 3, 4, 5, 6], [], ["degraded: web was given up", "degraded: web has ended, but 6 processes that it started are still running (pid 1, 2, 3, 4, 5, ...)"] },
        { "running", [], ["/h/logs/web.stdout.log"], ["degraded: web writes to a log that was deleted: it takes space, and nobody sees it (/h/logs/web.stdout.log) -> sentinel restart web; before that, cp /proc/4711/fd/1 FILE"] },
    };

    [Theory]
    [MemberData(nameof(Processes))]
    public void A_process_is_told_by_what_became_of_it(string state, int[] remains, string[] deleted, string[] told) => Told.Are(
        told,
        ProcessCheck.Of([new ProcessSight(Sample.In(Sample.State(state)), remains, LogFaults.None with
        {
            Deleted = [.. deleted.Select(path => new DeletedLog(path, "/proc/4711/fd/1"))],
        })]));

    [Fact]
    public void What_hurts_is_told_with_its_remedy()
    {
        var web = Sample.Record with { LastRun = new EndedRun(9, Sample.Start, Sample.Start, Witnessed: true, new Exit.Code(3)) };
        var sick = new RunState.Running(Sample.Start, Sample.Identity) { Health = new Health(IsHealthy: false, Sample.Start, "no answer") };

        Is("degraded: web has crashed: exited with code 3 -> sentinel why web, then 'sentinel start web', or 'sentinel delete web' if nobody needs it", Seen(new RunState.Crashed(Sample.Start)));
        Is("degraded: web is unhealthy: no answer -> sentinel why web, then 'sentinel restart web'; with 'sentinel set web --restart' that happens by itself", Seen(sick));
        Is("ok: 1 of 1 are running", Seen(sick with { Health = new Health(IsHealthy: true, Sample.Start, null) }) with { Restarts = 2 });
        Is("degraded: web keeps ending: it was restarted 3 times in the last hour; its last run: exited with code 3 -> sentinel why web; 'sentinel stop web' ends the restarts", Seen(sick with { Health = null }) with { Restarts = 3 });
        Is("ok: 0 of 1 are running", Seen(new RunState.Backoff(Sample.Start, Sample.Start)));
        Is(
            "degraded: web keeps ending: it was restarted 1 time in the last hour",
            Seen(new RunState.Backoff(Sample.Start, Sample.Start)) is var seen ? seen with { Record = seen.Record with { ShortRuns = 2 }, Restarts = 1 } : seen);
        Is("degraded: the lease of web is over, and it still runs: it expired -> sentinel gc", Seen(sick with { Health = null }) with { LeaseOver = "it expired" });
        Is(
            "degraded: web could not be started again: there is no folder /srv -> put back what is missing, change it with 'sentinel set web', or 'sentinel delete web' if nobody needs it",
            Seen(new RunState.Stopped(Sample.Start)) with { WhyNotStart = "there is no folder /srv" });

        ProcessSight Seen(RunState state) => new(web with { State = state }, [], LogFaults.None);

        static void Is(string told, ProcessSight process) => Told.Are([told], ProcessCheck.Of([process]));
    }

    [Fact]
    public void What_became_of_a_log_is_told_with_what_to_do_about_it() => Told.Are(
        [
            "degraded: web writes to a log that was renamed: /h/logs/web.stdout.log is now /h/logs/web.stdout.log.1",
            "degraded: something emptied /h/logs/web.stderr.log, as '> /dev/stdout' in web does: its content is lost -> sentinel set web --log-pipe",
        ],
        ProcessCheck.Of([new ProcessSight(Sample.In(Sample.State("running")), [], new LogFaults(
            [], [new MovedLog("/h/logs/web.stdout.log", "/h/logs/web.stdout.log.1")], [new EmptiedLog("/h/logs/web.stderr.log", Sample.Start, 7)]))]));

    [Fact]
    public void Without_processes_all_is_well() => Told.Are(["ok: there are no processes"], ProcessCheck.Of([]));

    [Theory]
    [InlineData(7, null, "ok: 1 leased")]
    [InlineData(7.1, null, "degraded: 8000 (web) was leased 7 days ago, and nothing is listening on it -> sentinel port free 8000")]
    [InlineData(30, 5, "ok: 1 leased")]
    public void A_lease_is_stale_when_nobody_has_listened_for_a_week(double days, int? listener, string told) => Told.Are(
        [told],
        PortCheck.Of(State.Empty.With(Lease(null)), Listeners(listener), (_, _) => throw new InvalidOperationException(), Sample.Start.AddDays(days)));

    [Theory]
    [InlineData(null, "ok: 1 leased")]
    [InlineData(5, "ok: 1 leased")]
    [InlineData(6, "degraded: 8000 (web) belongs to web, but nginx (pid 6) is listening on it: web cannot be started -> kill 6")]
    public void A_port_of_a_process_is_not_to_be_a_strangers(int? listener, string told) => Told.Are(
        [told],
        PortCheck.Of(State.Empty.With(Sample.Record).With(Lease(Sample.Record.Id)), Listeners(listener), (owner, pid) => owner == Sample.Record.Id && pid == 6, Sample.Start.AddDays(30)));

    [Fact]
    public void Who_cannot_be_known_is_no_stranger() => Told.Are(
        ["ok: 1 leased"],
        PortCheck.Of(State.Empty.With(Sample.Record).With(Lease(Sample.Record.Id)), [new Listener(8000, "tcp", null, null)], (_, _) => true, Sample.Start));

    private static PortLease Lease(int? owner) => new(8000, "web", Sample.Start, owner);

    private static Listener[] Listeners(int? pid) => pid is null ? [] : [new Listener(8000, "tcp", pid, "nginx")];
}
