using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Linux.Files;
using Sentinel.Model;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Store;

/// <summary>What another hand does to the file while every turn is the daemon's.</summary>
public sealed class RereadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SentinelHome _home;
    private readonly StateStore _store;
    private readonly List<string> _warnings = [];
    private readonly List<State> _changes = [];

    public RereadTests()
    {
        _home = new SentinelHome(_folder.Path);
        _store = new StateStore(_home, new StateFiles(), TimeProvider.System, _warnings.Add);
        Assert.True(_store.TryHold(_changes.Add));
        Save("first");
        Save("web");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_we_wrote_ourselves_is_nothing_new()
    {
        Assert.False(_store.Reread());
        Assert.Equal(2, _changes.Count);
    }

    [Fact]
    public void What_another_wrote_is_the_state_from_then_on_and_is_told_once()
    {
        File.WriteAllText(_home.State, File.ReadAllText(_home.State).Replace("web", "shop"));

        Assert.True(_store.Reread());

        Assert.Equal("shop", Name());
        Assert.Same(_store.Read(), _changes[^1]);
        Assert.False(_store.Reread());
        Assert.Equal(3, _changes.Count);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void What_is_written_after_that_begins_with_it()
    {
        File.WriteAllText(_home.State, File.ReadAllText(_home.State).Replace("web", "shop"));
        Assert.True(_store.Reread());
        using (var transaction = _store.Begin())
        {
            transaction.State = transaction.State.With(transaction.State.Processes[1] with { Restarts = 7 });
            transaction.Save();
        }

        Assert.False(_store.Reread());
        Assert.Equal("shop", StateDocument.Read(File.ReadAllBytes(_home.State)).Processes[1].Spec.Name);
    }

    [Theory]
    [InlineData("{")]
    [InlineData(null)]
    public void What_was_damaged_or_deleted_is_written_again_as_it_was_last_and_not_as_it_was_before(string? damaged)
    {
        File.Delete(_home.State);
        if (damaged is not null)
            File.WriteAllText(_home.State, damaged);

        Assert.False(_store.Reread());

        Assert.Equal("web", Name());
        Assert.Equal("web", StateDocument.Read(File.ReadAllBytes(_home.State)).Processes[1].Spec.Name);
        Assert.Contains(damaged is null ? "is missing" : "is damaged", Assert.Single(_warnings));
        Assert.False(_store.Reread());
    }

    [Fact]
    public void What_cannot_be_used_leaves_ours_as_it_is()
    {
        File.WriteAllText(_home.State, "{\"version\":99}");

        Assert.Contains("newer", Assert.Throws<StateException>(() => _store.Reread()).Message);

        Assert.Equal("web", Name());
    }

    private string Name() => _store.Read().Processes[1].Spec.Name;

    private void Save(string name)
    {
        using var transaction = _store.Begin();
        var environment = new EnvironmentBlock("A=1\0"u8.ToArray());
        transaction.State = (State.Empty with { NextId = 2 }).With(environment).With(Sample.Record with
        {
            Id = 1,
            Spec = Sample.Record.Spec with { Name = name, Environment = environment.Key },
            LogName = name,
        });
        transaction.Save();
    }
}
