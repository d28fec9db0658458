using Sentinel.Api;
using Sentinel.Commands;
using Sentinel.Model.Policy;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Commands;

public sealed class SlowNoteTests
{
    private static readonly RunState.Running Run = new(Sample.Start, Sample.Identity);

    [Theory]
    [InlineData(2, null, null, "web has not ended by SIGTERM; SIGKILL in 8 s")]
    [InlineData(2, 2, 30, "web has not ended by SIGINT; SIGKILL in 28 s")]
    [InlineData(11, null, null, "web has not ended by SIGTERM")]
    public void A_stop_that_takes_long_says_what_comes_next(int after, int? signal, int? timeout, string said) => Assert.Equal(said, SlowNote.Waits(
        Sample.In(new RunState.Stopping(Sample.Start, Run)),
        new StopOptions(signal, timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null),
        Sample.Start.AddSeconds(after)));

    [Fact]
    public void What_needs_no_waiting_says_nothing()
    {
        Assert.Null(SlowNote.Waits(Sample.In(Run), StopOptions.Default, Sample.Start));
        Assert.Null(SlowNote.GoesOn(Sample.In(new RunState.Stopped(Sample.Start))));
        Assert.Equal("web is not ready yet", SlowNote.Waits(Sample.In(Run with { IsReady = false }), StopOptions.Default, Sample.Start));
    }

    [Fact]
    public void An_interrupted_command_says_what_goes_on()
    {
        var stopping = new RunState.Stopping(Sample.Start, Run);
        Assert.Equal("web goes on starting; 'sentinel stop web' ends it", SlowNote.GoesOn(Sample.In(Run with { IsReady = false })));
        Assert.Equal("web is still being stopped; 'sentinel stop web' waits for it again", SlowNote.GoesOn(Sample.In(stopping)));
        Assert.StartsWith("web is still being restarted", SlowNote.GoesOn(Sample.In(stopping with { ThenStart = true })));
    }
}
