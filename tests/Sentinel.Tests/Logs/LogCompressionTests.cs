using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Logs;

public sealed class LogCompressionTests : IDisposable
{
    private const int Block = 4096;

    private static readonly LogLimits Limits = new(Block, 10, Compress: true);

    private readonly TempFolder _folder = new();
    private readonly Appender _writer;

    public LogCompressionTests() => _writer = new Appender(_folder["web.stdout.log"]);

    public void Dispose()
    {
        _writer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Rotation_leaves_compressing_to_another_who_takes_all_that_there_are()
    {
        Rotate(times: 3);
        Assert.All(LogBackup.Of(_writer.Path), backup => Assert.False(backup.IsCompressed));

        new LogCompression(new LogFiles()).Run(_writer.Path);

        Assert.Equal([(1, true), (2, true), (3, true)], LogBackup.All(_writer.Path).Select(backup => (backup.Number, backup.IsCompressed)));
        Assert.Equal(_writer.All, Kept());
        Assert.False(File.Exists(LogBackup.CompressedDraftOf(_writer.Path)));
    }

    [Fact]
    public void Whoever_is_killed_at_it_leaves_each_byte_once_and_the_next_goes_on()
    {
        Rotate(times: 2);
        var plain = File.ReadAllBytes(_writer.Path + ".1");
        new LogCompression(new LogFiles()).Run(_writer.Path);
        // Killed after one had its name and before the plain one went, and in the midst of the next.
        File.WriteAllBytes(_writer.Path + ".1", plain);
        File.WriteAllText(_writer.Path + ".gz.new", "half of it");
        Assert.Equal(_writer.All, Kept());
        Assert.Equal(2, LogBackup.Of(_writer.Path).Count);

        Rotate(times: 1);
        Assert.Equal(_writer.All, Kept());
        new LogCompression(new LogFiles()).Run(_writer.Path);

        Assert.Equal(_writer.All, Kept());
        Assert.Equal([(1, true), (2, true), (3, true)], LogBackup.All(_writer.Path).Select(backup => (backup.Number, backup.IsCompressed)));
        Assert.False(File.Exists(LogBackup.CompressedDraftOf(_writer.Path)));
    }

    [Fact]
    public void One_that_is_damaged_in_its_compressed_form_is_read_in_the_plain_one()
    {
        Rotate(times: 1);
        File.WriteAllText(_writer.Path + ".1.gz", "no gzip");
        Assert.Equal(_writer.All, Kept());
    }

    [Fact]
    public void Where_another_is_at_it_nothing_is_done()
    {
        Rotate(times: 1);
        using var turn = File.OpenHandle(LogJournal.PathOf(_writer.Path), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Assert.True(new LogFiles().TryLockTurn(turn));

        new LogCompression(new LogFiles()).Run(_writer.Path);

        Assert.False(Assert.Single(LogBackup.All(_writer.Path)).IsCompressed);
    }

    [Fact]
    public void Who_reads_while_it_is_compressed_sees_each_byte_once()
    {
        Rotate(times: 3);
        using var history = new LogHistory(_writer.Path, new LogFiles());
        new LogCompression(new LogFiles()).Run(_writer.Path);
        Assert.Equal(_writer.All, Kept(history));
    }

    [Fact]
    public void A_backup_with_a_hole_is_left_as_it_is()
    {
        _writer.Append("first\n"u8.ToArray());
        _writer.Lengthen(1L << 40);
        Rotate(times: 1);

        new LogCompression(new LogFiles()).Run(_writer.Path);

        Assert.False(Assert.Single(LogBackup.All(_writer.Path)).IsCompressed);
    }

    private void Rotate(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _writer.Write(3 * Block);
            Assert.True(new LogRotation(new LogFiles()).Rotate(_writer.Path, Limits));
        }
    }

    private byte[] Kept()
    {
        using var history = new LogHistory(_writer.Path, new LogFiles());
        return Kept(history);
    }

    private static byte[] Kept(LogHistory history)
    {
        var kept = new MemoryStream();
        history.Read(history.Start, history.End, bytes => kept.Write(bytes.Span));
        return kept.ToArray();
    }
}
