using Sentinel.Linux.Proc;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

public sealed class OpenFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_process_has_open_is_known_by_its_path()
    {
        _folder.Write("lock", "");
        Assert.DoesNotContain(_folder["lock"], OpenFiles.Of(Environment.ProcessId));

        using (File.OpenHandle(_folder["lock"]))
            Assert.Contains(_folder["lock"], OpenFiles.Of(Environment.ProcessId));

        Assert.DoesNotContain(_folder["lock"], OpenFiles.Of(Environment.ProcessId));
    }

    [Fact]
    public void A_process_that_there_is_not_has_nothing_open() => Assert.Empty(OpenFiles.Of(int.MaxValue));
}
