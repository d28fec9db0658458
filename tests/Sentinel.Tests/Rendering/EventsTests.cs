using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Tests.Trees;
using InWords = Sentinel.Rendering.Events;

namespace Sentinel.Tests.Rendering;

public sealed class EventsTests
{
    private static readonly EndedRun Crashed = new(11, Clock.Start, Clock.Start.AddSeconds(5.25), Witnessed: true, new Exit.Code(3));

    public static TheoryData<Event, string> Told => new()
    {
        { new Event.Started(Clock.Start, 7, "web", 11, Automatic: false), "started, pid: 11" },
        { new Event.Started(Clock.Start, 7, "web", 11, Automatic: true), "restarted, pid: 11" },
        { Ended(Crashed), "exited with code 3 after 5.3s, pid: 11" },
        { Ended(Crashed) with { ByUser = true }, "stopped, exited with code 3 after 5.3s, pid: 11" },
        {
            Ended(Crashed with { How = new Exit.Signal(9, CoreDumped: false, OutOfMemory: true), PeakMemoryBytes = 209_715_200 }),
            "killed by SIGKILL, out of memory after 5.3s, pid: 11, peak memory: 200.0MB"
        },
        {
            Ended(Crashed with { How = new Exit.Unknown("nobody was watching when it ended"), Witnessed = false }),
            "ended, how is unknown (nobody was watching when it ended), pid: 11"
        },
        { Ended(Crashed with { Pid = null, How = new Exit.NotStarted("there is no program web") }), "could not be started: there is no program web" },
        { new Event.Stopped(Clock.Start, 7, "web"), "stopped" },
        { new Event.GaveUp(Clock.Start, 7, "web", "it ended again after 5 restarts within 60 s"), "given up: it ended again after 5 restarts within 60 s" },
        { new Event.FilesChanged(Clock.Start, 7, "web", new FileChange("a.py", 0, Clock.Start, "restart", 2)), "is restarted: a.py changed" },
        { new Event.FilesChanged(Clock.Start, 7, "web", new FileChange("a.py", 12, Clock.Start, "run:make")), "a.py and 12 more changed: run:make" },
        { new Event.WatchLoop(Clock.Start, 7, "web", "out.txt"), "its watch is paused: out.txt changed right after each of the last 5 times; --watch-ignore 'out.txt' leaves it out" },
        { new Event.WatchPolled(Clock.Start, 7, "web", "/mnt is a file system (nfs)"), "its files are looked at every 2 s: /mnt is a file system (nfs)" },
        { new Event.WatchFailed(Clock.Start, 7, "web", "run:make", "it exited with code 2"), "run:make failed, for files that changed: it exited with code 2" },
        {
            new Event.OutgrewMemory(Clock.Start, 7, "web", 214_958_080, 209_715_200),
            "uses 205.0MB of memory, more than its limit of 200.0MB: it is restarted"
        },
        { new Event.Deleted(Clock.Start, 7, "web"), "deleted" },
        { new Event.DaemonUp(Clock.Start, 9, "1.2.3"), "daemon started, pid: 9, version: 1.2.3" },
        { new Event.DaemonDown(Clock.Start, 9), "daemon ended, pid: 9" },
    };

    [Theory]
    [MemberData(nameof(Told), DisableDiscoveryEnumeration = true)]
    public void What_happened_is_told_in_a_few_words(Event happened, string said) => Assert.Equal(said, InWords.What(happened));

    public static TheoryData<Event.OfProcess, string> Noted => new()
    {
        { new Event.Started(Clock.Start, 7, "web", 11, Automatic: false), "web started, pid 11" },
        { new Event.Started(Clock.Start, 7, "web", 11, Automatic: true), "web restarted, pid 11" },
        { Ended(Crashed), "web exited with code 3" },
        { Ended(Crashed with { Why = "it failed its health check" }), "web exited with code 3: it failed its health check" },
        { Ended(Crashed with { How = new Exit.Signal(9, CoreDumped: false) }), "web killed by SIGKILL" },
        { Ended(Crashed with { How = new Exit.Signal(15, CoreDumped: false) }) with { ByUser = true }, "web stopped (SIGTERM)" },
        { Ended(Crashed with { How = new Exit.Code(0) }) with { ByUser = true }, "web stopped (exit code 0)" },
        { Ended(Crashed with { How = new Exit.Unknown("nobody was watching when it ended") }), "web ended" },
        { Ended(Crashed with { Pid = null, How = new Exit.NotStarted("there is no program web") }), "web could not be started: there is no program web" },
        { new Event.LeaseOver(Clock.Start, 7, "web", "2h are over"), "web has no lease any more: 2h are over" },
        { new Event.HandedOver(Clock.Start, 7, "web", 12, 11), "web handed over, pid 12" },
        { new Event.Deleted(Clock.Start, 7, "web"), "web deleted" },
    };

    [Theory]
    [MemberData(nameof(Noted), DisableDiscoveryEnumeration = true)]
    public void Between_the_lines_of_a_log_it_is_told_in_fewer_and_with_the_name(Event.OfProcess happened, string said) =>
        Assert.Equal(said, InWords.Note(happened));

    [Fact]
    public void What_was_seen_to_end_is_restarted() =>
        Assert.Equal("web restarted, pid 11", InWords.Note(new Event.Started(Clock.Start, 7, "web", 11, Automatic: false), isAgain: true));

    [Fact]
    public void A_line_says_when_and_to_whom()
    {
        var local = new DateTimeOffset(new DateTime(2026, 1, 2, 3, 4, 5, 67, DateTimeKind.Local));
        Assert.Equal("2026-01-02 03:04:05.067 web (id: 7) deleted", InWords.Line(new Event.Deleted(local, 7, "web"), Sample.Plain));
        Assert.Equal("2026-01-02 03:04:05.067 sentinel daemon ended, pid: 9", InWords.Line(new Event.DaemonDown(local, 9), Sample.Plain));
    }

    private static Event.Ended Ended(EndedRun run) => new(run.EndedAt, 7, "web", run, ByUser: false, default, null);
}
