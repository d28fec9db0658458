namespace Sentinel.EndToEnd;

/// <summary>One screen of <c>sentinel top --host</c> over several machines, on a real terminal and over a real ssh.</summary>
public sealed class HostTopTests
{
    private const string Top = "\"$sentinel\" top --host m1,m2; exec cat";

    [Fact]
    public async Task One_screen_shows_all_machines_their_logs_and_changes_what_is_meant()
    {
        TmuxScreen.Need();
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 2);
        (await machines.Run("run", "--name", "web", "--host", "m1,m2", "--", "sh", "-c", "echo hello from $HOME; exec sleep 1000")).Ok();
        (await machines.Run("run", "sleep 1000", "--name", "only", "--host", "m2")).Ok();
        await using var screen = await TmuxScreen.Begin(home, 100, 30, Top, $"{SshMachines.Variable}={machines.Ssh}");
        await screen.Shows("3 of 3 up");
        await screen.Shows(lines => lines[1].Contains("HOST") && lines[2].Contains("only") && lines[3].Contains("web") && lines[3].Contains("m1") && lines[4].Contains("m2"), "a row for each, with its machine");

        // Both have the number 1.
        await screen.Press("j");
        await screen.Shows($"hello from {machines.HomeOf(1)}");
        await screen.Press("j");
        await screen.Shows($"hello from {machines.HomeOf(2)}");
        File.AppendAllText(machines.Log(2, "web"), "one more line\n");
        await screen.Shows("one more line");
        await screen.Press("A");
        await screen.Shows(lines => lines.Any(line => line.Contains(machines.HomeOf(1))) && lines.Any(line => line.Contains(machines.HomeOf(2))), "the logs of both");
        await screen.Press("Escape", "x");
        await screen.Shows(lines => lines[4].Contains("m2") && lines[4].Contains("stopped") && lines[3].Contains("running"), "that of the second is stopped");
        await screen.Press("w");
        await screen.Shows("web (id: 1): stopped");
        await screen.Press("k", "e");
        await screen.Shows(lines => lines.Contains("m2") || lines.Any(line => line.Trim() == "m2"), "the events of each, below its name");

        await screen.Press("Escape");
        await screen.Type(":stop all");
        await screen.Press("Enter", "y");
        await screen.Shows("0 of 3 up");
        await screen.Press("q");
        await screen.ShowsNo("0 of 3 up");
    }

    [Fact]
    public async Task What_ran_on_a_machine_that_is_gone_is_unknown_and_the_others_go_on()
    {
        TmuxScreen.Need();
        await using var home = new SentinelHome();
        await using var machines = await SshMachines.Start(home, 2);
        (await machines.Run("run", "sleep 1000", "--name", "web", "--host", "m1,m2")).Ok();
        await using var screen = await TmuxScreen.Begin(home, 110, 20, Top, $"{SshMachines.Variable}={machines.Ssh}");
        await screen.Shows("2 of 2 up");

        await machines.TurnOff(2);
        await screen.Shows(lines => lines[0].Contains("1 of 2 up") && lines[0].Contains("m2: ") && lines[3].Contains("unknown") && lines[3].Contains("m2 does not") && lines[2].Contains("running"), "what is on m2 is unknown");
        await screen.Press("x");
        await screen.Shows(lines => lines[0].Contains("0 of 2 up"), "the other one can still be stopped");
    }
}
