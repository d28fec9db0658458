using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Store;

public sealed class StateStoreTests : IDisposable
{
    private const string Aside = "state.json.damaged-20260102T030405Z";

    private readonly TemporaryFolder _folder = new();
    private readonly SentinelHome _home;
    private readonly StateStore _store;
    private readonly List<string> _warnings = [];

    public StateStoreTests()
    {
        _home = new SentinelHome(_folder.Path);
        _store = Another();
    }

    public static TheoryData<string> Damages => ["", "{", "\0\0\0\0", "not a state", "{\"version\":1}", "[]"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Where_nothing_was_written_there_are_no_processes()
    {
        AnyState.Same(State.Empty, _store.Read());
        Assert.Empty(_folder.Files);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Where_there_is_no_folder_there_are_no_processes_and_the_first_change_makes_it()
    {
        var store = new StateStore(new SentinelHome(_folder["some/where"]), new StateFiles(), new StoppedClock(), _warnings.Add);
        AnyState.Same(State.Empty, store.Read());
        Assert.Empty(_folder.Files);

        using (var transaction = store.Begin())
        {
            transaction.State = Processes("web");
            transaction.Save();
        }

        AnyState.Same(Processes("web"), store.Read());
    }

    [Fact]
    public void What_was_saved_is_read_again_and_what_was_before_is_kept()
    {
        Save(Processes("web"));
        Save(Processes("web", "worker"));

        AnyState.Same(Processes("web", "worker"), _store.Read());
        AnyState.Same(Processes("web"), StateDocument.Read(File.ReadAllBytes(_home.PreviousState)));
        Assert.Equal(["lock", "state.json", "state.json.bak"], _folder.Files);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Health_checks_are_written_with_the_next_change_and_cause_none()
    {
        Save(Processes("web"));
        _store.Checks.Count(1, CheckResult.Passed);
        _store.Checks.Count(1, CheckResult.Failed);
        _store.Checks.Count(99, CheckResult.Failed);
        using (var transaction = _store.Begin())
            transaction.Save();
        Assert.Equal(0, Checks().Sum);

        for (var i = 0; i < 2; i++)
        {
            _store.Tell(new Event.DaemonDown(DateTimeOffset.UnixEpoch, 7));
            Assert.Equal((1, 1), (Checks()[CheckResult.Passed], Checks()[CheckResult.Failed]));
        }

        Counts<CheckResult> Checks() => Another().Read().Processes[1].Tally.Checks;
    }

    [Fact]
    public void The_next_writer_goes_on_from_what_was_saved()
    {
        Save(Processes("web"));
        using var transaction = _store.Begin();
        AnyState.Same(Processes("web"), transaction.State);
    }

    [Fact]
    public void What_another_writes_is_seen()
    {
        foreach (var names in new string[][] { ["web"], ["web", "worker"], ["web", "third"] })
        {
            Save(Processes(names));
            AnyState.Same(Processes(names), _store.Read());
        }

        File.WriteAllText(_home.State, File.ReadAllText(_home.State).Replace("third", "fourth"));
        Assert.Equal(["fourth", "web"], _store.Read().Processes.Values.Select(process => process.Spec.Name).Order());
    }

    [Fact]
    public void What_nobody_wrote_since_is_not_read_again()
    {
        Save(Processes("web"));
        var written = DateTime.UnixEpoch;
        File.SetLastWriteTimeUtc(_home.State, written);
        AnyState.Same(Processes("web"), _store.Read());

        File.WriteAllText(_home.State, File.ReadAllText(_home.State).Replace("web", "bad"));
        File.SetLastWriteTimeUtc(_home.State, written);

        AnyState.Same(Processes("web"), _store.Read());
        Assert.Equal("bad", Another().Read().Processes[1].Spec.Name);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_reader_of_a_damaged_state_uses_the_last_good_copy_says_so_and_touches_nothing(string damaged)
    {
        SaveTwiceThenDamage(damaged);

        AnyState.Same(Processes("web"), _store.Read());

        Assert.Equal(damaged, File.ReadAllText(_home.State));
        Assert.Equal(["lock", "state.json", "state.json.bak"], _folder.Files);
        var warning = Assert.Single(_warnings);
        Assert.StartsWith($"{_home.State} is damaged (", warning);
        Assert.Contains($"using the last good copy, {_home.PreviousState}", warning);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_writer_keeps_a_damaged_state_aside_under_a_name_that_says_when_and_says_both(string damaged)
    {
        SaveTwiceThenDamage(damaged);

        using (var transaction = _store.Begin())
        {
            AnyState.Same(Processes("web"), transaction.State);
            transaction.State = Processes("web", "third");
            transaction.Save();
        }

        Assert.Equal(damaged, File.ReadAllText(_folder[Aside]));
        var warning = Assert.Single(_warnings);
        Assert.Contains($"it is kept as {_folder[Aside]}", warning);
        Assert.Contains(_home.PreviousState, warning);
        AnyState.Same(Processes("web", "third"), _store.Read());
        AnyState.Same(Processes("web"), StateDocument.Read(File.ReadAllBytes(_home.PreviousState)));
        Assert.Single(_warnings);
    }

    [Fact]
    public void A_writer_of_a_damaged_state_that_changes_nothing_loses_nothing_and_leaves_a_good_one()
    {
        SaveTwiceThenDamage("{");
        using (_store.Begin())
        {
        }

        _warnings.Clear();
        AnyState.Same(Processes("web"), _store.Read());
        Assert.Empty(_warnings);
        Assert.Equal("{", File.ReadAllText(_folder[Aside]));
    }

    [Fact]
    public void A_state_that_is_gone_is_taken_from_the_last_good_copy()
    {
        SaveTwiceThenDamage("{");
        File.Delete(_home.State);

        AnyState.Same(Processes("web"), _store.Read());
        Assert.StartsWith($"{_home.State} is missing", Assert.Single(_warnings));
        Save(Processes("web", "third"));
        Assert.Equal(["lock", "state.json", "state.json.bak"], _folder.Files);
    }

    [Theory]
    [InlineData("{", null)]
    [InlineData("{", "{")]
    [InlineData(null, "{")]
    public void Where_no_good_copy_is_left_the_user_decides(string? state, string? previous)
    {
        if (state is not null)
            File.WriteAllText(_home.State, state);
        if (previous is not null)
            File.WriteAllText(_home.PreviousState, previous);

        var blamed = state is null ? _home.PreviousState : _home.State;
        foreach (var use in new Action[] { () => _store.Read(), () => _store.Begin() })
        {
            var message = Assert.Throws<StateException>(use).Message;
            Assert.StartsWith($"{blamed} is damaged (", message);
            Assert.EndsWith($"Move {blamed} away to start afresh.", message);
        }

        Assert.Equal(state, Content(_home.State));
        Assert.Equal(previous, Content(_home.PreviousState));
    }

    [Fact]
    public void A_damaged_copy_beside_a_good_state_is_nobodys_concern()
    {
        Save(Processes("web"));
        File.WriteAllText(_home.PreviousState, "{");
        AnyState.Same(Processes("web"), _store.Read());
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("state.json")]
    [InlineData("state.json.bak")]
    public void The_state_of_a_newer_version_is_refused_and_left_alone(string name)
    {
        const string newer = "{\"version\":4,\"something\":\"else\"}";
        File.WriteAllText(_folder[name], newer);

        foreach (var use in new Action[] { () => _store.Read(), () => _store.Begin() })
        {
            var message = Assert.Throws<StateException>(use).Message;
            Assert.Contains($"{_folder[name]} was written by a newer Sentinel (state version 4", message);
            Assert.Contains("Upgrade sentinel", message);
        }

        Assert.Equal(newer, Content(_folder[name]));
        Assert.Equal([.. new[] { "lock", name }.Order()], _folder.Files);
    }

    [Fact]
    public void The_state_of_a_newer_version_is_not_replaced_by_an_older_copy()
    {
        SaveTwiceThenDamage("{\"version\":4}");
        Assert.Throws<StateException>(_store.Read);
    }

    [Fact]
    public void What_cannot_be_read_is_not_taken_for_damaged()
    {
        SaveTwiceThenDamage("");
        File.Delete(_home.State);
        Directory.CreateDirectory(_home.State);

        Assert.Contains("cannot be read", Assert.Throws<StateException>(_store.Read).Message);
        Assert.Contains("cannot be read", Assert.Throws<StateException>(_store.Begin).Message);
        Assert.True(Directory.Exists(_home.State));
    }

    [Fact]
    public async Task Nothing_is_lost_between_writers_at_the_same_time()
    {
        const int writers = 4, turns = 10;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(() =>
        {
            var store = new StateStore(_home, new StateFiles(), new StoppedClock(), Assert.Fail);
            for (var i = 0; i < turns; i++)
            {
                using var transaction = store.Begin();
                var id = transaction.State.NextId;
                transaction.State = Add(transaction.State, $"web-{id}");
                transaction.SaveForNow();
            }
        })));

        Assert.Equal(Enumerable.Range(1, writers * turns), _store.Read().Processes.Keys);
    }

    [Fact]
    public async Task A_reader_at_any_moment_sees_a_whole_state_and_never_an_older_one()
    {
        using var written = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            for (var last = 0; !written.IsCancellationRequested;)
            {
                var seen = _store.Read().Processes.Count;
                Assert.True(seen >= last);
                last = seen;
            }
        }, TestContext.Current.CancellationToken);

        for (var i = 1; i <= 100; i++)
            using (var transaction = _store.Begin())
            {
                transaction.State = Add(transaction.State, $"web-{i}");
                transaction.SaveForNow();
            }

        await written.CancelAsync();
        await reader;
        Assert.Empty(_warnings);
    }

    private StateStore Another() => new(_home, new StateFiles(), new StoppedClock(), _warnings.Add);

    private void SaveTwiceThenDamage(string damaged)
    {
        Save(Processes("web"));
        Save(Processes("web", "worker"));
        // As a rename does: what was there before is not to change with it.
        File.WriteAllText(_folder["damaged"], damaged);
        File.Move(_folder["damaged"], _home.State, overwrite: true);
    }

    // By another command.
    private void Save(State state)
    {
        using var transaction = Another().Begin();
        transaction.State = state;
        transaction.Save();
    }

    private static State Processes(params string[] names) => names.Aggregate(State.Empty, Add);

    private static State Add(State state, string name)
    {
        var environment = new EnvironmentBlock("A=1\0"u8.ToArray());
        var id = state.NextId;
        return (state with { NextId = id + 1 }).With(environment).With(Sample.Record with
        {
            Id = id,
            Spec = Sample.Record.Spec with { Name = name, Environment = environment.Key },
            Cookie = $"cookie-{id}",
            LogName = name,
        });
    }

    private static string? Content(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Sample.Start;
    }
}
