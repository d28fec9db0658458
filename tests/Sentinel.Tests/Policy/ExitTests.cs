using Sentinel.Model.Processes;

namespace Sentinel.Tests.Policy;

public sealed class ExitTests
{
    [Theory]
    [InlineData(0x0000, "exited with code 0")]
    [InlineData(0x0300, "exited with code 3")]
    [InlineData(0xff00, "exited with code 255")]
    [InlineData(0x000f, "killed by SIGTERM")]
    [InlineData(0x0009, "killed by SIGKILL")]
    [InlineData(0x008b, "killed by SIGSEGV, core dumped")]
    [InlineData(0x0022, "killed by SIG34")]
    public void A_wait_status_tells_how_a_process_ended(int status, string said) =>
        Assert.Equal(said, Exit.FromWaitStatus(status).ToString());
}
