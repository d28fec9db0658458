using System.Text;
using CsCheck;
using Sentinel.Core.Home;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Tests.Store;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Events;

public sealed class EventLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private readonly SentinelHome _home;
    private readonly EventLog _log;

    public EventLogTests()
    {
        _home = new SentinelHome(_folder.Path);
        _log = new EventLog(_home, new HomeFiles(), _warnings.Add);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_event_is_read_as_it_was_written() =>
        AnyEvent.Any.Sample(happened => AnyEvent.Same(happened, Assert.Single(EventLog.Parse(EventLog.Line(happened)))), iter: 3_000);

    [Fact]
    public void An_event_is_one_line_whatever_it_speaks_of() => AnyEvent.Any.Sample(happened =>
    {
        var line = EventLog.Line(happened);
        Assert.Equal(line.Length - 1, Array.IndexOf(line, (byte)'\n'));
    });

    [Fact]
    public void Times_are_told_in_milliseconds_of_universal_time() => Assert.Equal(
        """{"time":"2026-01-02T01:04:05.123Z","event":"deleted","id":7,"name":"web"}""" + "\n",
        Text(EventLog.Line(new Event.Deleted(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 123, 456, TimeSpan.FromHours(2)), 7, "web"))));

    public static TheoryData<Event, string> Shapes => new()
    {
        { new Event.Started(Clock.Start, 7, "web", 11, Automatic: false), """ "event":"started","id":7,"name":"web","pid":11}""" },
        { new Event.Started(Clock.Start, 7, "web", 11, Automatic: true), """ "event":"restarted","id":7,"name":"web","pid":11}""" },
        {
            new Event.Ended(Clock.Start, 7, "web", Run(new Exit.Code(3)) with { PeakMemoryBytes = 4096 }, ByUser: false, new LogEnds(41, 42), Clock.Start.AddSeconds(1)),
            """ "event":"exited","id":7,"name":"web","pid":11,"startedAt":"2026-01-02T03:04:04.000Z","witnessed":true,"how":{"code":3},"text":"exited with code 3","peakMemoryBytes":4096,"stdoutBytes":41,"stderrBytes":42,"restartDue":"2026-01-02T03:04:06.000Z"}"""
        },
        {
            new Event.Ended(Clock.Start, 7, "web", Run(new Exit.Signal(15, false)), ByUser: true, default, null),
            """ "event":"stopped","id":7,"name":"web","pid":11,"startedAt":"2026-01-02T03:04:04.000Z","witnessed":true,"how":{"signal":15,"coreDumped":false},"text":"killed by SIGTERM"}"""
        },
        {
            new Event.Ended(Clock.Start, 7, "web", Run(new Exit.NotStarted("no such program")) with { Pid = null }, ByUser: false, default, null),
            """ "event":"not-started","id":7,"name":"web","startedAt":"2026-01-02T03:04:04.000Z","witnessed":true,"how":{"notStarted":"no such program"},"text":"could not be started: no such program"}"""
        },
        { new Event.Stopped(Clock.Start, 7, "web"), """ "event":"stopped","id":7,"name":"web"}""" },
        { new Event.GaveUp(Clock.Start, 7, "web", "too often"), """ "event":"gave-up","id":7,"name":"web","why":"too often"}""" },
        { new Event.FilesChanged(Clock.Start, 7, "web", new FileChange("a.py", 2, Clock.Start, "restart", 3)), """ "event":"watch-restart","id":7,"name":"web","path":"a.py","more":2,"then":"restart","run":3}""" },
        { new Event.FilesChanged(Clock.Start, 7, "web", new FileChange("a.py", 0, Clock.Start, "signal:SIGHUP")), """ "event":"watch-action","id":7,"name":"web","path":"a.py","more":0,"then":"signal:SIGHUP"}""" },
        { new Event.WatchLoop(Clock.Start, 7, "web", "/srv/[a].txt"), """ "event":"watch-loop","id":7,"name":"web","path":"/srv/[a].txt","ignore":"\\[a].txt"}""" },
        { new Event.OutgrewMemory(Clock.Start, 7, "web", 2, 1), """ "event":"outgrew-memory","id":7,"name":"web","memoryBytes":2,"limitBytes":1}""" },
        { new Event.DaemonUp(Clock.Start, 9, "1.2.3"), """ "event":"daemon-up","pid":9,"version":"1.2.3"}""" },
        { new Event.DaemonDown(Clock.Start, 9), """ "event":"daemon-down","pid":9}""" },
    };

    [Theory]
    [MemberData(nameof(Shapes), DisableDiscoveryEnumeration = true)]
    public void The_lines_are_ones_that_programs_rely_on(Event happened, string line) =>
        Assert.Equal("""{"time":"2026-01-02T03:04:05.000Z",""" + line.Trim(), Text(EventLog.Line(happened)).TrimEnd('\n'));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("not json\n")]
    [InlineData("[]\n")]
    [InlineData("""{"time":"2026-01-02T03:04:05.000Z","event":"danced","id":7,"name":"web"}""")]
    [InlineData("""{"time":"yesterday","event":"deleted","id":7,"name":"web"}""")]
    [InlineData("""{"time":"2026-01-02T03:04:05.000Z","event":"deleted","id":77777777777,"name":"web"}""")]
    [InlineData("""{"time":"2026-01-02T03:04:05.000Z","event":"exited","id":7,"name":"web","how":{"code":3}}""")]
    public void What_cannot_be_understood_is_passed_over(string line)
    {
        byte[] lines = [.. EventLog.Line(Up(1)), .. Encoding.UTF8.GetBytes(line), (byte)'\n', .. EventLog.Line(Up(2))];
        Assert.Equal([Up(1), Up(2)], EventLog.Parse(lines));
    }

    [Fact]
    public void Whatever_befalls_a_line_the_others_are_read() => Gen.Select(AnyEvent.Any, Gen.Int[0, int.MaxValue], Gen.Byte).Sample((happened, at, value) =>
    {
        var line = EventLog.Line(happened);
        line[at % (line.Length - 1)] = value;
        Event[] read = [.. EventLog.Parse((byte[])[.. EventLog.Line(Up(1)), .. line, .. EventLog.Line(Up(2))])];
        Assert.Equal((Up(1), Up(2)), (read[0], read[^1]));
    });

    [Fact]
    public void No_beginning_of_a_line_passes_for_a_whole_one() => AnyEvent.Any.Sample(happened =>
    {
        var line = EventLog.Line(happened);
        for (var length = 0; length < line.Length - 1; length++)
            Assert.Empty(EventLog.Parse(line.AsMemory(0, length)));
    });

    [Fact]
    public void What_is_appended_is_read_in_its_order()
    {
        Assert.Empty(_home.ReadEvents());

        _log.Append([Up(1), Up(2)]);
        _log.Append([]);
        _log.Append([Up(3)]);

        Assert.Equal([Up(1), Up(2), Up(3)], _home.ReadEvents());
        Assert.Equal(3, File.ReadAllLines(_home.Events).Length);
    }

    [Fact]
    public void Nothing_that_happened_makes_no_file()
    {
        _log.Append([]);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Half_a_line_at_the_end_spoils_no_other()
    {
        _log.Append([Up(1)]);
        File.AppendAllText(_home.Events, """{"time":"2026-01""");

        _log.Append([Up(2)]);

        Assert.Equal([Up(1), Up(2)], _home.ReadEvents());
    }

    [Fact]
    public void A_file_that_is_long_enough_becomes_the_older_one_and_both_are_read()
    {
        _log.Append([Up(1)]);
        Fill(EventLog.LongestFile - 1);
        _log.Append([Up(2)]);
        Assert.False(File.Exists(_home.OlderEvents));

        _log.Append([Up(3)]);

        Assert.Equal([Up(1), Up(2)], EventLog.Parse(File.ReadAllBytes(_home.OlderEvents)));
        Assert.Equal([Up(3)], EventLog.Parse(File.ReadAllBytes(_home.Events)));
        Assert.Equal([Up(1), Up(2), Up(3)], _home.ReadEvents());
    }

    [Fact]
    public void No_more_than_one_older_file_is_kept()
    {
        for (var i = 0; i < 3; i++)
        {
            _log.Append([Up(i)]);
            Fill(EventLog.LongestFile);
        }

        _log.Append([Up(3)]);

        Assert.Equal([Up(2), Up(3)], _home.ReadEvents());
        Assert.Equal(["events.jsonl", "events.jsonl.1"], _folder.Files);
    }

    [Fact]
    public void Who_reads_as_far_as_the_file_went_sees_nothing_newer()
    {
        _log.Append([Up(1)]);
        using var log = new LogHistory(_home.Events, new LogFiles());
        var end = log.End;
        _log.Append([Up(2)]);

        Assert.Equal([Up(1)], EventLog.Read(log, end));
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        _log.Append([Up(1)]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.Events));
    }

    [Fact]
    public void That_it_cannot_be_written_is_a_warning_and_no_more()
    {
        Directory.CreateDirectory(_home.Events);

        _log.Append([Up(1)]);

        Assert.StartsWith($"cannot record events in {_home.Events}: ", Assert.Single(_warnings));
    }

    private static EndedRun Run(Exit how) => new(11, Clock.Start.AddSeconds(-1), Clock.Start, Witnessed: true, how);

    private static Event.DaemonUp Up(int pid) => new(Clock.Start, pid, "1.2.3");

    private static string Text(byte[] line) => Encoding.UTF8.GetString(line);

    private void Fill(long bytes)
    {
        using var file = File.OpenWrite(_home.Events);
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.ASCII.GetBytes(new string(' ', (int)(bytes - file.Length - 1)) + "\n"));
    }
}
