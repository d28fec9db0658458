using Sentinel.Linux.Proc;
using Sentinel.Tests.Store;

namespace Sentinel.Tests.Linux;

public sealed class LastingPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/dev/stdin", true)]
    [InlineData("/dev/fd/9", true)]
    [InlineData("/proc/self/fd/9", true)]
    [InlineData("/proc/thread-self/cwd/.env", true)]
    [InlineData("/proc/1/root/etc/hosts", true)]
    [InlineData("/dev/null", false)]
    [InlineData("/etc/hosts", false)]
    [InlineData("/proc/cpuinfo", false)]
    public void What_proc_shows_of_a_process_does_not_last(string path, bool isPassing) => Assert.Equal(isPassing, LastingPath.IsPassing(path));

    [Fact]
    public void Links_are_followed_to_it_and_links_in_a_ring_lead_nowhere()
    {
        File.CreateSymbolicLink(_folder["in"], "/dev/stdin");
        File.CreateSymbolicLink(_folder["again"], "in");
        File.CreateSymbolicLink(_folder["ring"], "ring");
        File.CreateSymbolicLink(_folder["here"], ".");

        Assert.True(LastingPath.IsPassing(_folder["again"]));
        Assert.True(LastingPath.IsPassing(_folder["here/here/in"]));
        Assert.False(LastingPath.IsPassing(_folder["ring"]));
        Assert.False(LastingPath.IsPassing(_folder["here/x"]));
    }

    [Fact]
    public void A_folder_gets_the_path_that_lasts()
    {
        Assert.Equal(Environment.CurrentDirectory, LastingPath.OfFolder("/proc/self/cwd"));
        Assert.Equal(_folder.Path, LastingPath.OfFolder(_folder.Path));
        File.CreateSymbolicLink(_folder["link"], ".");
        Assert.Equal(_folder["link"], LastingPath.OfFolder(_folder["link"]));
    }
}
