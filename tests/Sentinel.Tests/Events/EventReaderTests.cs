using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Tests.Store;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Events;

public sealed class EventReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SentinelHome _home;
    private readonly StateStore _store;
    private readonly EventReader _reader;

    public EventReaderTests()
    {
        _home = new SentinelHome(_folder.Path);
        _store = new StateStore(_home, new QuickFiles(), new Clock(), Assert.Fail);
        _reader = new EventReader(_store);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_came_after_a_number_is_read_oldest_first(int number)
    {
        Tell(3);
        Assert.Equal(Enumerable.Range(number + 1, 3 - number).Select(At), _reader.AllAfter(number));
        Assert.Equal(3, _reader.Last);
    }

    [Fact]
    public void Where_nothing_happened_nothing_is_read()
    {
        Assert.Empty(_reader.AllAfter(0));
        Assert.Equal(0, _reader.Last);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void More_than_one_page_is_read_page_by_page_and_nothing_of_it_twice()
    {
        Tell(5_000);
        Assert.InRange(_reader.After(0).Count, 1, 4_999);
        Assert.Equal(Enumerable.Range(1, 5_000).Select(At), _reader.AllAfter(0));
    }

    [Fact]
    public void Both_files_are_read()
    {
        Tell(2);
        File.Move(_home.Events, _home.OlderEvents);
        Tell(2);

        Assert.Equal([At(2), At(3), At(4)], _reader.AllAfter(1));
        Assert.Equal([At(4)], _reader.AllAfter(3));
    }

    [Fact]
    public void What_both_files_have_is_told_once()
    {
        Tell(3);
        File.Copy(_home.Events, _home.OlderEvents);
        File.WriteAllLines(_home.Events, File.ReadAllLines(_home.Events)[1..]);
        Assert.Equal([At(1), At(2), At(3)], _reader.AllAfter(0));
    }

    [Fact]
    public void Where_the_log_no_longer_reaches_back_there_is_a_gap_up_to_what_it_has()
    {
        Tell(5);
        File.WriteAllLines(_home.Events, File.ReadAllLines(_home.Events)[3..]);

        Assert.Equal([new Notice.Gap(0, 4), At(4), At(5)], _reader.AllAfter(0));
        Assert.Equal([new Notice.Gap(2, 4), At(4), At(5)], _reader.AllAfter(2));
        Assert.Equal([At(4), At(5)], _reader.AllAfter(3));
    }

    [Fact]
    public void What_is_missing_in_the_middle_is_a_gap()
    {
        Tell(5);
        File.WriteAllLines(_home.Events, File.ReadAllLines(_home.Events).Where((_, at) => at is not (1 or 2)));

        Assert.Equal([At(1), new Notice.Gap(1, 4), At(4), At(5)], _reader.AllAfter(0));
    }

    [Fact]
    public void What_is_missing_at_the_end_is_a_gap_up_to_what_will_happen_next()
    {
        _store.Tell(Up(1), Up(2));
        // Nothing happens in it, so it names no event.
        using (var transaction = _store.Begin())
        {
            transaction.State = transaction.State with { NextId = 9 };
            transaction.Save();
        }

        File.Delete(_home.Events);

        Assert.Equal([new Notice.Gap(0, 3)], _reader.AllAfter(0));
        Assert.Empty(_reader.AllAfter(2));
    }

    [Fact]
    public void Events_without_a_number_and_lines_that_nobody_understands_are_passed_over()
    {
        new EventLog(_home, new HomeFiles(), Assert.Fail).Append([Up(0)]);
        Tell(1);
        File.AppendAllText(_home.Events, "{\"number\":2\nnonsense\n{\"num");
        Tell(1);

        Assert.Equal([At(1), At(2)], _reader.AllAfter(0));
    }

    [Fact]
    public void A_last_line_without_an_end_is_read()
    {
        Tell(2);
        File.WriteAllText(_home.Events, File.ReadAllText(_home.Events).TrimEnd('\n'));
        Assert.Equal([At(1), At(2)], _reader.AllAfter(0));
    }

    [Fact]
    public async Task Whatever_is_appended_or_rotated_meanwhile_a_reader_misses_nothing_and_hears_nothing_twice()
    {
        const int count = 20_000, perFile = 1_000;
        var log = new EventLog(_home, new HomeFiles(), Assert.Fail);
        var writer = Task.Run(() =>
        {
            for (var number = 1; number <= count; number++)
            {
                log.Append([Up(number) with { Number = number }]);
                if (number % perFile == 0)
                    File.Move(_home.Events, _home.OlderEvents, overwrite: true);
            }
        }, TestContext.Current.CancellationToken);

        for (long upTo = 0; upTo < count;)
            foreach (var notice in Notice.Of(log.After(upTo, mostBytes: 10_000), upTo))
            {
                // One that falls a whole file behind is told so.
                Assert.True(notice is Notice.Gap gap ? gap.After == upTo && gap.Next % perFile == 1 : notice.UpTo == upTo + 1, $"{notice} after {upTo}");
                upTo = notice.UpTo;
            }

        await writer;
    }

    private void Tell(int count)
    {
        var last = (int)_store.Read().LastEvent;
        for (var i = 0; i < count; i += 500)
            _store.Tell([.. Enumerable.Range(last + i + 1, Math.Min(500, count - i)).Select(Up)]);
    }

    private static Notice.Happened At(int number) => new(Up(number) with { Number = number });

    private static Event Up(int pid) => new Event.DaemonUp(Clock.Start, pid, "1.2.3");
}
