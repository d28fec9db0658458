using Sentinel.Linux.Loop;
using Sentinel.Model.Processes;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class InotifyTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private readonly Inotify _watch = new();

    public void Dispose()
    {
        _watch.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("written to")]
    [InlineData("truncated")]
    [InlineData("made")]
    [InlineData("moved here")]
    public async Task A_change_is_told(string change)
    {
        _folder.Write("log", "text");
        using var elsewhere = new TempFolder();
        elsewhere.Write("moved", "");
        _watch.Add(change is "written to" or "truncated" ? _folder["log"] : _folder.Path);

        switch (change)
        {
            case "written to":
                File.AppendAllText(_folder["log"], "more");
                break;
            case "truncated":
                File.OpenHandle(_folder["log"], FileMode.Truncate, FileAccess.Write).Dispose();
                break;
            case "made":
                _folder.Write("another", "");
                break;
            default:
                File.Move(elsewhere["moved"], _folder["moved"]);
                break;
        }

        Assert.True(await Task.Run(_watch.Wait, TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_wait_for_a_process_and_for_files_ends_with_whichever_is_first()
    {
        using var children = new Children();
        using var process = children.Handles.Open(children.Start("sleep", "60"));
        _watch.Add(_folder.Path);

        _folder.Write("made", "");
        _watch.Wait(process, TimeSpan.FromHours(1));
        Assert.False(process!.HasEnded);

        process.Signal(SignalName.Kill);
        _watch.Wait(process, timeout: null);
        Assert.True(process.HasEnded);
    }

    [Fact]
    public void A_change_ends_one_wait_and_no_more()
    {
        _watch.Add(_folder.Path);
        _folder.Write("made", "");
        _watch.Wait(null, timeout: null);

        // It would not end before its time, which is what it is given up for.
        var waiting = new Thread(() => _watch.Wait(null, timeout: null)) { IsBackground = true };
        waiting.Start();
        Assert.False(waiting.Join(TimeSpan.FromMilliseconds(50)));

        _folder.Write("another", "");
        Assert.True(waiting.Join(Deadline));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(5)]
    public void A_wait_ends_with_its_time(int milliseconds) => _watch.Wait(null, TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void What_there_is_not_yet_may_be_watched_for() => _watch.Add(_folder["no such log"]);

    [Fact]
    public void Two_open_files_are_one_until_another_takes_the_name()
    {
        _folder.Write("log", "old");
        using var one = File.OpenHandle(_folder["log"]);
        using var other = File.OpenHandle(_folder["log"]);
        Assert.True(_watch.AreSame(one, other));

        File.Move(_folder["log"], _folder["log.1"]);
        _folder.Write("log", "new");
        using var successor = File.OpenHandle(_folder["log"]);

        Assert.True(_watch.AreSame(one, other));
        Assert.False(_watch.AreSame(one, successor));
    }
}
