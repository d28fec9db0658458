using System.Text;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Logs;

public sealed class LogMarkTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Appender _writer;

    public LogMarkTests() => _writer = new Appender(_folder["web.stdout.log"]);

    public void Dispose()
    {
        _writer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_log_that_has_only_grown_and_was_rotated_has_lost_nothing()
    {
        Write("one\n");
        var mark = Mark();
        Write("two\n");
        Assert.Equal(LogFate.Grew, mark.FateOf(_writer.Path, new LogFiles()));
        Write(new string('x', 10_000));
        new LogRotation(new LogFiles()).Rotate(_writer.Path, new LogLimits(4096, 3, Compress: false));
        Assert.Equal(LogFate.Grew, mark.FateOf(_writer.Path, new LogFiles()));
        new LogRotation(new LogFiles()).Clear(_writer.Path);
        Assert.Equal(LogFate.Grew, mark.FateOf(_writer.Path, new LogFiles()));
        Assert.Null(LogRotation.EmptyingOf(_writer.Path, new HomeFiles()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x\n")]
    [InlineData("as long and longer\n")]
    public void One_that_was_emptied_is_told_also_when_it_has_grown_as_long_again_and_positions_go_on(string afterwards)
    {
        Write("before\n");
        var mark = Mark();
        _writer.Truncate();
        Write(afterwards);

        Assert.Equal((LogFate.Emptied, 7), new LogRotation(new LogFiles()).NoteLoss(_writer.Path, mark));

        Assert.Equal(LogFate.Grew, mark.FateOf(_writer.Path, new LogFiles()));
        Assert.True(LogEnd.Of(_writer.Path, new HomeFiles()) > mark.End);
        Assert.Equal(7, LogRotation.EmptyingOf(_writer.Path, new HomeFiles())!.Value.Lost);
        Assert.Equal(afterwards, Kept());
        // Noted once.
        Assert.Equal(LogFate.Grew, new LogRotation(new LogFiles()).NoteLoss(_writer.Path, Mark()).Fate);
    }

    [Fact]
    public void What_is_in_backups_keeps_its_positions_when_the_log_is_emptied()
    {
        Write(string.Concat(Enumerable.Range(0, 2000).Select(n => $"{n:d6}\n")));
        new LogRotation(new LogFiles()).Rotate(_writer.Path, new LogLimits(4096, 10, Compress: false));
        var mark = Mark();
        _writer.Truncate();
        Write(string.Concat(Enumerable.Range(0, 2000).Select(n => $"n{n:d5}\n")));
        new LogRotation(new LogFiles()).NoteLoss(_writer.Path, mark);
        AssertAtPlace();

        new LogRotation(new LogFiles()).Rotate(_writer.Path, new LogLimits(4096, 10, Compress: false));

        AssertAtPlace();
        Assert.EndsWith("n01999\n", Kept());

        void AssertAtPlace()
        {
            using var history = new LogHistory(_writer.Path, new LogFiles());
            var text = new byte[6];
            long position = 700;
            Assert.Equal(6, history.Read(ref position, text));
            Assert.Equal((700, "000100"), (position, Encoding.ASCII.GetString(text)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_follows_sees_each_line_once_whoever_notes_it_first(bool isNotedFirst)
    {
        Write("one\n");
        var mark = Mark();
        using var history = new LogHistory(_writer.Path, new LogFiles());
        var (seen, position) = (new MemoryStream(), 0L);
        Follow();
        // Seen, and not noted.
        Write("two\n");
        Follow();

        _writer.Truncate();
        Write("3\n");
        if (isNotedFirst)
            new LogRotation(new LogFiles()).NoteLoss(_writer.Path, mark);
        Follow();
        new LogRotation(new LogFiles()).NoteLoss(_writer.Path, mark);
        Follow();
        Write("four\n");
        Follow();

        Assert.Equal("one\ntwo\n3\nfour\n", Encoding.ASCII.GetString(seen.ToArray()));

        void Follow() => history.Follow(ref position, (_, bytes) => seen.Write(bytes.Span));
    }

    [Fact]
    public void Another_file_in_its_place_is_no_emptying()
    {
        Write("one\n");
        var mark = Mark();
        File.Move(_writer.Path, _writer.Path + ".moved");
        File.WriteAllText(_writer.Path, "");

        Assert.Equal(LogFate.Replaced, new LogRotation(new LogFiles()).NoteLoss(_writer.Path, mark).Fate);

        Assert.Null(LogRotation.EmptyingOf(_writer.Path, new HomeFiles()));
    }

    [Fact]
    public void What_an_earlier_version_noted_is_understood()
    {
        File.WriteAllText(LogJournal.PathOf(_writer.Path), "0000000000000000007 0000000000000004096 0000000000000000000 0000000000000000000\n");
        Write("one\n");
        Assert.Equal(4100, LogEnd.Of(_writer.Path, new HomeFiles()));
        using (var journal = LogJournal.Lock(_writer.Path, new LogFiles()))
            LogJournal.Read(journal).Write(journal);
        // And understands what stands first now.
        Assert.StartsWith("0000000000000000008 0000000000000004096 ", File.ReadAllText(LogJournal.PathOf(_writer.Path)));
    }

    [Fact]
    public void What_was_written_is_counted_without_the_leap_over_what_was_lost()
    {
        Write("one\ntwo\n");
        var mark = Mark();
        _writer.Truncate();
        Write("3\n");

        new LogRotation(new LogFiles()).NoteLoss(_writer.Path, mark);

        Assert.Equal(new LogVolume("one\ntwo\n3\n".Length, 0), LogVolume.Of(_writer.Path, new HomeFiles()));
    }

    private LogMark Mark() => LogMark.Of(_writer.Path, new LogFiles())!;

    private void Write(string text) => _writer.Append(Encoding.ASCII.GetBytes(text));

    private string Kept()
    {
        using var history = new LogHistory(_writer.Path, new LogFiles());
        var kept = new MemoryStream();
        history.Read(history.Start, history.End, bytes => kept.Write(bytes.Span));
        return Encoding.ASCII.GetString(kept.ToArray());
    }
}
