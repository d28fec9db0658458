using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;

namespace Sentinel.Tests.Logs;

public sealed class LogFollowerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringBuilder _shown = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_appended_is_shown_from_where_showing_had_ended()
    {
        Append("old\n");

        Follow("old\n".Length, () => Append("one\n"), () => Append("tw"), () => Append("o\n"));

        Assert.Equal("one\ntwo\n", _shown.ToString());
    }

    [Fact]
    public void What_was_written_between_showing_and_following_is_shown()
    {
        Append("old\nmissed\n");

        Follow("old\n".Length);

        Assert.Equal("missed\n", _shown.ToString());
    }

    [Fact]
    public void After_a_truncation_it_goes_on_from_the_start()
    {
        Append("a long line\n");

        Follow("a long line\n".Length, () => new LogRotation(new LogFiles()).Clear(Log.Path), () => Append("new\n"));

        Assert.Equal("new\n", _shown.ToString());
    }

    [Fact]
    public void When_the_file_is_replaced_the_rest_of_the_old_comes_before_the_new()
    {
        Append("old\n");

        Follow(
            "old\n".Length,
            () =>
            {
                Append("last of the old\n");
                File.Move(Log.Path, Log.Path + ".1");
                Append("first of the new\n");
            },
            () => Append("second of the new\n"));

        Assert.Equal("last of the old\nfirst of the new\nsecond of the new\n", _shown.ToString());
    }

    [Fact]
    public void A_file_that_was_replaced_before_following_began_is_shown_whole()
    {
        Append("old\n");
        var shown = Open();
        File.Move(Log.Path, Log.Path + ".1");
        Append("new\n");

        Follow(shown, "old\n".Length);

        Assert.Equal("new\n", _shown.ToString());
    }

    [Fact]
    public void A_file_that_is_deleted_may_come_again()
    {
        Append("old\n");

        Follow("old\n".Length, () => File.Delete(Log.Path), () => Append("new\n"));

        Assert.Equal("new\n", _shown.ToString());
    }

    [Fact]
    public void A_log_that_there_is_not_yet_is_waited_for()
    {
        Follow(0, () => Append("first\n"));

        Assert.Equal("first\n", _shown.ToString());
    }

    [Fact]
    public void Watched_are_the_folder_and_each_file_that_takes_a_logs_place()
    {
        Append("old\n");
        var watch = Follow(4, () =>
        {
            File.Delete(Log.Path);
            Append("new\n");
        });

        Assert.Equal([_folder.Path, Log.Path, Log.Path], watch.Added);
    }

    [Fact]
    public void What_belongs_before_something_else_is_shown_before_it_and_the_rest_after_it()
    {
        Append("old\nof the first run\nof the second run\n");
        var end = "old\nof the first run\n".Length;
        using var watch = new Script([]);
        LogFollower? follower = null;
        follower = new LogFollower(watch, (_, position, bytes) => _shown.Append($"{position} {Encoding.UTF8.GetString(bytes.Span)}"));

        follower.Follow([(Log, Open(), 4)], ends =>
        {
            follower.Advance(Log, end);
            _shown.Append("it ended\n");
            follower.Advance(Log, ends.Single().End);
            return true;
        });

        Assert.Equal("4 of the first run\nit ended\n21 of the second run\n", _shown.ToString());
    }

    [Fact]
    public void It_ends_when_there_is_nothing_more_to_follow()
    {
        Append("old\n");
        using var watch = new Script([() => Append("one\n"), () => Append("two\n"), () => Append("three\n")]);
        var looks = 0;

        new LogFollower(watch, (_, _, _) => Assert.Fail("nothing was to be passed on")).Follow([(Log, Open(), 4)], _ => ++looks < 3);

        Assert.Equal(3, looks);
    }

    private LogFile Log => new("web", LogStream.Stdout, _folder["web.stdout.log"]);

    private void Append(string text) => File.AppendAllText(Log.Path, text);

    private LogHistory Open() => new(Log.Path, new LogFiles());

    private Script Follow(long position, params Action[] happens) => Follow(Open(), position, happens);

    private Script Follow(LogHistory history, long position, params Action[] happens)
    {
        using var watch = new Script(happens);
        new LogFollower(watch, (_, _, bytes) => _shown.Append(Encoding.UTF8.GetString(bytes.Span))).Follow([(Log, history, position)]);
        return watch;
    }

    /// <summary>A watch in which one thing after the other happens, and then nobody reads any more.</summary>
    private sealed class Script(IEnumerable<Action> happens) : IFileWatch
    {
        private readonly Queue<Action> _happens = new(happens);
        private readonly Inotify _files = new();

        public List<string> Added { get; } = [];

        public void Add(string path) => Added.Add(path);

        public bool Wait()
        {
            if (!_happens.TryDequeue(out var happens))
                return false;
            happens();
            return true;
        }

        public bool AreSame(SafeFileHandle one, SafeFileHandle other) => _files.AreSame(one, other);

        public void Dispose() => _files.Dispose();
    }
}
