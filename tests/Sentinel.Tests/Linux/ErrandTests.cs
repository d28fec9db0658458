using System.Text;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Processes;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class ErrandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Looping _looping = new();
    private readonly TempFolder _folder = new();
    private readonly ProcessTable _table = new();
    private readonly Errands _errands;
    private readonly List<IDisposable> _sent = [];

    public ErrandTests() => _errands = new Errands(_looping.Loop, new Spawner(_table), _table);

    public void Dispose()
    {
        _looping.On(() => _sent.ForEach(errand => errand.Dispose()));
        _looping.Dispose();
        _folder.Dispose();
        Assert.Empty(_looping.Failures);
    }

    [Fact]
    public void It_tells_how_it_ended_and_the_end_of_what_it_wrote_to_either_stream()
    {
        var result = Sent("head -c 5000 /dev/zero; echo; echo that is all >&2; exit 3");

        Assert.Equal(new Exit.Code(3), Assert.IsType<ErrandResult.Ended>(result).How);
        Assert.Equal(Errand.MostOutput, result.Output.Length);
        Assert.EndsWith("\0\nthat is all\n", Encoding.ASCII.GetString(result.Output.Span));
        Assert.Equal("that is all", result.LastLine);
    }

    [Fact]
    public void A_character_that_arrives_in_two_parts_is_one() =>
        Assert.Equal("für", Sent("printf 'f\\303'; sleep 0.05; printf '\\274r\\n'").LastLine);

    [Fact]
    public void When_its_time_is_up_it_is_killed_and_reaped()
    {
        var told = new TaskCompletionSource<ErrandResult>();
        _looping.On(() => Send(Line($"echo $$ > {_folder["pid"]}; exec sleep 1000"), TimeSpan.FromSeconds(1), told.SetResult));

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.IsType<ErrandResult.TimedOut>(Looping.Get(told.Task)).Deadline);
        AssertGone(Written("pid"));
    }

    [Fact]
    public void Disposal_kills_it_with_its_group_and_nothing_is_told()
    {
        var isTold = false;
        var errand = _looping.On(() => Send(
            Line($"sleep 1000 & echo $! > {_folder["child.new"]}; mv {_folder["child.new"]} {_folder["child"]}; echo $$ > {_folder["pid"]}; wait"),
            deadline: null,
            _ => isTold = true));
        var (pid, child) = (Written("pid"), Written("child"));

        _looping.On(errand.Dispose);

        AssertGone(pid);
        Assert.True(SpinWait.SpinUntil(() => _table.Look(child) is not { HasEnded: false }, Patience));
        Assert.False(_looping.AfterThis(() => isTold));
    }

    [Fact]
    public void What_cannot_be_started_is_a_result_like_any_other()
    {
        var told = new TaskCompletionSource<ErrandResult>();
        _looping.On(() =>
        {
            Send(OwnProcess.Launch("no-such-program", "now"), Patience, told.SetResult);
            Assert.False(told.Task.IsCompleted, "it is told from the loop");
        });

        Assert.Equal("there is no program 'no-such-program' in PATH", Assert.IsType<ErrandResult.NotStarted>(Looping.Get(told.Task)).Why);
    }

    [Fact]
    public void Who_reaps_orphans_leaves_it_to_the_one_who_wants_to_know_how_it_ended()
    {
        var told = new TaskCompletionSource<ErrandResult>();
        _looping.On(() =>
        {
            Send(Line($"echo $$ > {_folder["pid"]}; exit 7"), Patience, told.SetResult);
            var pid = Written("pid");
            // While the loop is kept from seeing it.
            Assert.True(SpinWait.SpinUntil(() => _table.Look(pid) is { HasEnded: true }, Patience));
            Assert.True(_errands.IsAwaited(pid));
            Orphans.Reap(_errands.IsAwaited);
        });

        Assert.Equal(new Exit.Code(7), Assert.IsType<ErrandResult.Ended>(Looping.Get(told.Task)).How);
        Assert.False(_errands.IsAwaited(Written("pid")));
    }

    private ErrandResult Sent(string line)
    {
        var told = new TaskCompletionSource<ErrandResult>();
        _looping.On(() => Send(Line(line), Patience, told.SetResult));
        return Looping.Get(told.Task);
    }

    private IDisposable Send(Launch launch, TimeSpan? deadline, Action<ErrandResult> then)
    {
        _sent.Add(_errands.Begin(launch, deadline, then));
        return _sent[^1];
    }

    private static Launch Line(string line) => OwnProcess.Launch("sh", "-c", line);

    private int Written(string name)
    {
        var number = 0;
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_folder[name]) && int.TryParse(File.ReadAllText(_folder[name]), out number), Patience));
        return number;
    }

    // Killed, and no zombie of it is left either.
    private void AssertGone(int pid) =>
        Assert.True(SpinWait.SpinUntil(() => !_looping.On(() => _errands.IsAwaited(pid)) && LibC.kill(pid, 0) != 0, Patience));
}
