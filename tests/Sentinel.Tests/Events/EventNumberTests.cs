using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Tests.Store;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Events;

public sealed class EventNumberTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private readonly SentinelHome _home;

    public EventNumberTests() => _home = new SentinelHome(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_event_has_the_number_after_that_of_the_one_before_it_whoever_records_it()
    {
        Another().Tell(Up(1), Up(2));
        var store = Another();
        store.Tell(Up(3));
        Another().Tell(Up(4));
        store.Tell(Up(5));

        Assert.Equal([1, 2, 3, 4, 5], Numbers());
        Assert.Equal([Up(1), Up(2), Up(3), Up(4), Up(5)], _home.ReadEvents());
        Assert.Equal(5, Another().Read().LastEvent);
    }

    [Fact]
    public void What_was_saved_is_told_before_it_is_in_the_log()
    {
        var files = new FaultyFiles();
        var store = Another(files);
        Hold(store);
        files.IsKilledAfter = true;

        Assert.Throws<FaultyFiles.KilledException>(() => store.Tell(Up(1)));

        Assert.Empty(Numbers());
        Assert.Equal([new Notice.Happened(Up(1) with { Number = 1 })], new EventReader(Another()).After(0));
    }

    [Fact]
    public void What_was_saved_and_not_logged_when_its_writer_was_killed_is_logged_once_by_the_next()
    {
        var files = new FaultyFiles();
        var killed = Another(files);
        killed.Tell(Up(1));
        files.IsKilledAfter = true;
        Assert.Throws<FaultyFiles.KilledException>(() => killed.Tell(Up(2), Up(3)));

        for (var i = 0; i < 2; i++)
            Another().Begin().Dispose();

        Assert.Equal([Up(1), Up(2), Up(3)], _home.ReadEvents());
        Assert.Equal([1, 2, 3], Numbers());
    }

    [Fact]
    public void What_reached_the_log_in_part_is_completed_and_nothing_is_there_twice()
    {
        var files = new FaultyFiles();
        var killed = Another(files);
        files.IsKilledAfter = true;
        Assert.Throws<FaultyFiles.KilledException>(() => killed.Tell(Up(1), Up(2), Up(3)));
        byte[] part = [.. EventLog.Line(Up(1) with { Number = 1 }), .. EventLog.Line(Up(2) with { Number = 2 }).AsSpan(0, 20)];
        File.WriteAllBytes(_home.Events, part);

        Another().Tell(Up(4));

        Assert.Equal([Up(1), Up(2), Up(3), Up(4)], _home.ReadEvents());
        Assert.Equal([1, 2, 3, 4], Numbers());
    }

    [Theory]
    [InlineData("events.jsonl")]
    [InlineData("events.jsonl", "events.jsonl.1")]
    [InlineData("state.json", "state.json.bak")]
    public void Whatever_of_it_is_deleted_a_number_is_not_given_again(params string[] deleted)
    {
        Another().Tell(Up(1));
        Another().Tell(Up(2));
        foreach (var name in deleted)
            File.Delete(_folder[name]);

        Another().Tell(Up(3));

        Assert.Equal(3, Assert.Single(_home.ReadNumbered(), happened => happened with { Number = null } == Up(3)).Number);
    }

    [Fact]
    public void Numbers_go_on_where_the_next_file_begins_and_while_it_is_empty()
    {
        Another().Tell(Up(1));
        File.Move(_home.Events, _home.OlderEvents);
        File.WriteAllText(_home.Events, "");
        File.Delete(_home.State);
        File.Delete(_home.PreviousState);

        Another().Tell(Up(2));

        Assert.Equal([1, 2], Numbers());
    }

    [Fact]
    public void Numbers_go_on_when_an_old_state_was_put_back()
    {
        Another().Tell(Up(1));
        File.Copy(_home.State, _folder["old"]);
        Another().Tell(Up(2));
        File.Copy(_folder["old"], _home.State, overwrite: true);

        Another().Tell(Up(3));

        Assert.Equal([1, 2, 3], Numbers());
    }

    [Fact]
    public void Events_from_before_there_were_numbers_are_still_read_and_the_next_has_the_first_number()
    {
        new EventLog(_home, new HomeFiles(), Assert.Fail).Append([Up(1), Up(2)]);

        Another().Tell(Up(3));

        Assert.Equal([null, null, 1], _home.ReadNumbered().Select(happened => happened.Number));
        Assert.Equal([Up(1), Up(2), Up(3)], _home.ReadEvents());
    }

    [Fact]
    public void What_a_version_without_numbers_recorded_in_between_takes_none_away()
    {
        Another().Tell(Up(1));
        new EventLog(_home, new HomeFiles(), Assert.Fail).Append([Up(2)]);
        File.Delete(_home.State);
        File.Delete(_home.PreviousState);

        Another().Tell(Up(3));

        Assert.Equal([1, null, 2], _home.ReadNumbered().Select(happened => happened.Number));
    }

    [Fact]
    public void Nobody_hears_of_what_cannot_be_saved_until_it_is()
    {
        var files = new FaultyFiles();
        var store = Another(files);
        Hold(store);
        var heard = new List<Event>();
        store.Recorded += heard.AddRange;
        store.Tell(Up(1));
        files.Failure = new IOException("no space left on device");

        store.Tell(Up(2));
        store.Tell(Up(3));
        Assert.Equal([1], Numbers());
        Assert.Equal(1, store.Read().LastEvent);
        Assert.Empty(new EventReader(store).After(1));

        files.Failure = null;
        store.SaveUnsaved();

        Assert.Equal([Up(1), Up(2), Up(3)], _home.ReadEvents());
        Assert.Equal([1, 2, 3], Numbers());
        Assert.Equal([1, 2, 3], heard.Select(happened => happened.Number!.Value));
        Assert.Equal(3, store.Read().LastEvent);
    }

    [Fact]
    public void What_was_never_saved_has_taken_no_number()
    {
        var files = new FaultyFiles();
        var killed = Another(files);
        Hold(killed);
        killed.Tell(Up(1));
        files.Failure = new IOException("no space left on device");
        killed.Tell(Up(2));

        Another().Tell(Up(3));

        Assert.Equal([Up(1), Up(3)], _home.ReadEvents());
        Assert.Equal([1, 2], Numbers());
    }

    [Fact]
    public void What_cannot_be_kept_until_it_is_saved_leaves_a_gap_in_the_numbers()
    {
        var files = new FaultyFiles();
        var store = Another(files);
        Hold(store);
        files.Failure = new IOException("no space left on device");
        for (var i = 1; i <= 300; i++)
            store.Tell(Up(i));

        files.Failure = null;
        store.SaveUnsaved();

        Assert.Equal(300, Numbers()[^1]);
        Assert.Equal(Up(300), _home.ReadEvents()[^1]);
        Assert.IsType<Notice.Gap>(new EventReader(store).After(0)[0]);
    }

    [Fact]
    public void What_cannot_be_logged_is_told_from_the_state_and_logged_when_it_can_be()
    {
        Directory.CreateDirectory(_home.Events);
        Another().Tell(Up(1));
        Another().Tell(Up(2));
        Assert.NotEmpty(_warnings);
        Assert.Equal(2, Another().Read().LastEvent);

        Directory.Delete(_home.Events);
        Another().Tell(Up(3));

        Assert.Equal([Up(1), Up(2), Up(3)], _home.ReadEvents());
        Assert.Equal([1, 2, 3], Numbers());
    }

    [Fact]
    public void A_number_that_nobody_gave_is_damage()
    {
        foreach (var number in (string[])["0", "-1", "9007199254740993", "1.5", "\"1\"", "99999999999999999999"])
            Assert.Empty(EventLog.Parse(System.Text.Encoding.UTF8.GetBytes($$"""{"number":{{number}},"time":"2026-01-02T03:04:05.000Z","event":"deleted","id":7,"name":"web"}""")));
    }

    private StateStore Another(IStateFiles? files = null) => new(_home, files ?? new QuickFiles(), new Clock(), _warnings.Add);

    private static void Hold(StateStore store) => Assert.True(store.TryHold(_ => { }));

    private List<long> Numbers() => _home.ReadNumbered().Select(happened => happened.Number!.Value).ToList();

    private static Event Up(int pid) => new Event.DaemonUp(Clock.Start, pid, "1.2.3");
}
