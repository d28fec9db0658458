using System.Diagnostics;
using Sentinel.Model.Processes;

namespace Sentinel.Tests.Policy;

public sealed class SignalNameTests
{
    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("SIGTERM", 15)]
    [InlineData("sigterm", 15)]
    [InlineData("kill", 9)]
    [InlineData("Hup", 1)]
    [InlineData("USR1", 10)]
    [InlineData("SYS", 31)]
    [InlineData("15", 15)]
    [InlineData("64", 64)]
    public void A_signal_is_known_by_its_name_or_number(string text, int number) => Assert.Equal(number, SignalName.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("0")]
    [InlineData("-9")]
    [InlineData("65")]
    [InlineData("NOPE")]
    [InlineData("SIGSIGTERM")]
    [InlineData("99999999999")]
    public void What_names_no_signal_is_none(string text) => Assert.Null(SignalName.Parse(text));

    [Theory]
    [InlineData(1, "SIGHUP")]
    [InlineData(11, "SIGSEGV")]
    [InlineData(15, "SIGTERM")]
    [InlineData(31, "SIGSYS")]
    [InlineData(34, "SIG34")]
    [InlineData(64, "SIG64")]
    public void A_signal_is_shown_by_its_name(int number, string name) => Assert.Equal(name, SignalName.Of(number));

    [Fact]
    public void Every_signal_can_be_named_as_it_is_shown() =>
        Assert.All(Enumerable.Range(1, 64), number => Assert.Equal(number, SignalName.Parse(SignalName.Of(number))));

    [Fact]
    public void The_numbers_are_those_of_the_shell()
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "for n in $(seq 31); do kill -l $n; done"])
        {
            RedirectStandardOutput = true,
        })!;
        var names = shell.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        shell.WaitForExit();

        // It does not know every one by name.
        Assert.All(names.Index(), signal => Assert.True(
            signal.Item == $"{signal.Index + 1}" || SignalName.Of(signal.Index + 1) == $"SIG{signal.Item}", signal.Item));
    }
}
