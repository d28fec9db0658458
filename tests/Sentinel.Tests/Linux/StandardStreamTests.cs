using System.IO.Pipes;
using Sentinel.Linux.Native;

namespace Sentinel.Tests.Linux;

public sealed class StandardStreamTests
{
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;

    private static readonly byte[] Much = [.. Enumerable.Range(0, 1024 * 1024).Select(i => (byte)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_is_written_however_slowly_it_is_read(bool isNonBlocking)
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        var writer = reader.ClientSafePipeHandle;
        if (isNonBlocking)
            Assert.Equal(0, LibC.fcntl(writer, SetFlags, LibC.O_WRONLY | NonBlocking));

        var writing = Task.Run(
            () =>
            {
                new StandardStream((int)writer.DangerousGetHandle()).Write(Much);
                writer.Dispose();
            },
            TestContext.Current.CancellationToken);
        using var read = new MemoryStream();
        await reader.CopyToAsync(read, TestContext.Current.CancellationToken);
        await writing;

        Assert.Equal(Much, read.ToArray());
    }

    [Fact]
    public void That_nobody_reads_any_more_is_no_error()
    {
        var reader = new AnonymousPipeServerStream(PipeDirection.In);
        using var writer = reader.ClientSafePipeHandle;
        // Its reading end only.
        reader.SafePipeHandle.Dispose();

        new StandardStream((int)writer.DangerousGetHandle()).Write(Much);
    }

    [Fact]
    public void That_it_was_closed_from_the_start_is_no_error() => new StandardStream(1_000_000).Write(Much);

    [Fact]
    public void A_full_disk_is_an_error_that_says_so()
    {
        using var full = LibC.open("/dev/full", LibC.O_WRONLY | LibC.O_CLOEXEC, 0);

        var e = Assert.Throws<SystemCallException>(() => new StandardStream((int)full.DangerousGetHandle()).Write(Much));

        Assert.EndsWith(": No space left on device", e.Message);
    }
}
