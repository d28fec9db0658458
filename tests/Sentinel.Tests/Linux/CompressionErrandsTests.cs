using Sentinel.Core.Host;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class CompressionErrandsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Looping _looping = new();
    private readonly TempFolder _folder = new();
    private readonly List<string> _begun = [];
    private readonly List<string> _begunAlone = [];
    private readonly List<string> _warnings = [];
    private readonly CompressionErrands _compressions;

    public CompressionErrandsTests()
    {
        var table = new ProcessTable();
        _compressions = new CompressionErrands(
            new Errands(_looping.Loop, new Spawner(table), table), Launch, _begunAlone.Add, _warnings.Add);
    }

    public void Dispose()
    {
        Finish("a", "b", "c");
        // Each turn of a log: one that begins when the folder has gone would wait for ever.
        Await(() => _begun.CountBy(log => log).All(turns => IsBad(turns.Key)
            || (File.Exists(_folder[$"{turns.Key}.done"]) && File.ReadLines(_folder[$"{turns.Key}.done"]).Count() == turns.Value)));
        _looping.Dispose();
        _folder.Dispose();
        Assert.Empty(_looping.Failures);
    }

    [Fact]
    public void No_more_than_two_logs_are_compressed_at_once_and_the_others_follow()
    {
        Begin("a", "b", "c");
        Assert.Equal(["a", "b"], Begun());

        Finish("b");

        Await(() => _begun is ["a", "b", "c"]);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_log_with_a_new_backup_while_it_is_compressed_has_one_more_turn()
    {
        Begin("a", "a", "a");
        Assert.Equal(["a"], Begun());

        Finish("a");

        Await(() => _begun is ["a", "a"]);
    }

    [Fact]
    public void What_fails_is_told_by_its_last_line_and_keeps_nobody_waiting()
    {
        Begin("bad", "bad too", "c");

        Await(() => _warnings.Count == 2);
        Assert.Equal(
            ["the backups of bad are not compressed for now: no room for it", "the backups of bad too are not compressed for now: no room for it"],
            _warnings.Order());
        Assert.Equal(["bad", "bad too", "c"], Begun());
    }

    [Fact]
    public void At_the_end_what_is_under_way_goes_on_and_what_waits_is_left_to_processes_of_their_own()
    {
        Begin("a", "b", "c");

        _looping.On(_compressions.Dispose);

        Assert.Equal(["c"], _begunAlone);
        Finish("a", "b");
        Await(() => File.Exists(_folder["a.done"]) && File.Exists(_folder["b.done"]));
        Assert.Equal(["a", "b"], Begun());
    }

    private Launch Launch(string log)
    {
        _begun.Add(log);
        return OwnProcess.Launch("sh", "-c", IsBad(log)
            ? "echo it began; echo no room for it >&2; exit 1"
            : $"until [ -e {_folder[log]} ]; do sleep 0.01; done; echo >> {_folder[log]}.done");
    }

    private static bool IsBad(string log) => log.StartsWith("bad", StringComparison.Ordinal);

    private void Begin(params string[] logs) => _looping.On(() => Array.ForEach(logs, _compressions.Begin));

    private void Finish(params string[] logs) => Array.ForEach(logs, log => File.WriteAllText(_folder[log], ""));

    private string[] Begun() => _looping.On(() => _begun.ToArray());

    private void Await(Func<bool> isSo) => Assert.True(SpinWait.SpinUntil(() => _looping.On(isSo), Patience));
}
