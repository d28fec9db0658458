using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Specs;

public sealed class ExitCodesTests
{
    [Theory]
    [InlineData("0,143", new[] { 0, 143 })]
    [InlineData("78, 3,3", new[] { 3, 78 })]
    public void They_are_written_with_commas(string text, int[] codes) => Assert.Equal(codes, ExitCodes.Parse("success-codes", text));

    [Theory]
    [InlineData("256")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("0,,1")]
    [InlineData("TERM")]
    public void What_is_no_code_is_refused(string text) => Assert.Equal(
        $"--success-codes takes exit codes from 0 to 255 with commas between them, such as 0,143, not '{text}'",
        Assert.Throws<FormatException>(() => ExitCodes.Parse("success-codes", text)).Message);

    [Theory]
    [InlineData(RestartRule.Always, 143, true, "exited")]
    [InlineData(RestartRule.Always, 78, true, "crashed")]
    [InlineData(RestartRule.Always, 1, false, "backoff")]
    [InlineData(RestartRule.OnFailure, 0, false, "backoff")]
    [InlineData(RestartRule.OnFailure, 143, true, "exited")]
    [InlineData(RestartRule.OnFailure, 78, true, "crashed")]
    [InlineData(RestartRule.Never, 143, true, "exited")]
    [InlineData(RestartRule.Never, 0, false, "crashed")]
    public void They_decide_whether_an_end_is_a_success_and_whether_it_is_restarted(RestartRule rule, int code, bool isFinal, string state)
    {
        var record = Running(spec => spec with { Restart = rule, ExitCodes = new ExitCodes([143], isFinal ? [code] : []) });
        Assert.Equal(state, Lifecycle.Decide(record, new ProcessEvent.Ended(new Exit.Code(code), Witnessed: true), Sample.Start).Record.State.Word);
    }

    [Fact]
    public void A_code_that_ends_restarts_does_not_where_the_process_was_ended_because_it_was_unhealthy()
    {
        var record = Running(spec => spec with { Restart = RestartRule.Always, ExitCodes = new ExitCodes([0], [143]) });
        record = record with { State = new RunState.Stopping(Sample.Start, record.State.CurrentRun, "unhealthy") };
        Assert.IsType<RunState.Backoff>(Lifecycle.Decide(record, new ProcessEvent.Ended(new Exit.Code(143), Witnessed: true), Sample.Start).Record.State);
    }

    [Fact]
    public void A_restart_waits_as_long_as_it_was_told_however_often_it_failed()
    {
        var delay = TimeSpan.FromSeconds(5);
        var record = Running(spec => spec with { Restart = RestartRule.Always, RestartDelay = delay }) with { ShortRuns = 9 };
        var decided = Lifecycle.Decide(record, new ProcessEvent.Ended(new Exit.Code(1), Witnessed: true), Sample.Start).Record.State;
        Assert.Equal(Sample.Start + delay, Assert.IsType<RunState.Backoff>(decided).Due);
    }

    [Theory]
    [InlineData(SignalName.Kill, "'sentinel signal' sent SIGKILL")]
    [InlineData(SignalName.Terminate, null)]
    public void A_run_that_ends_by_the_signal_that_the_user_sent_says_so(int sent, string? why)
    {
        var record = Lifecycle.Decide(Running(spec => spec), new ProcessEvent.Signalled(sent), Sample.Start).Record;
        var ended = Lifecycle.Decide(record, new ProcessEvent.Ended(new Exit.Signal(SignalName.Kill, false), Witnessed: true), Sample.Start).Record;
        Assert.Equal(why, ended.LastRun!.Why);
    }

    private static ProcessRecord Running(Func<ProcessSpec, ProcessSpec> with) => Sample.Record with { State = Sample.State("running"), Spec = with(Sample.Record.Spec) };
}
