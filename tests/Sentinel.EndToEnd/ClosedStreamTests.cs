namespace Sentinel.EndToEnd;

/// <summary>A closed stream's number is given to the next file that is opened; what was meant for the stream must not end up there.</summary>
public class ClosedStreamTests
{
    [Theory]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData(">&- 2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task What_is_said_to_a_stream_that_is_closed_is_said_to_nobody(string closed)
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sh", "-c", "echo a line; exec sleep 1000");
        await home.Says("web", "a line");
        // So that there is something to say on stderr as well.
        File.Move(home.StateFile, home.PreviousState, overwrite: true);
        File.WriteAllText(home.StateFile, "garbage");
        var before = home.Files();

        (await home.Run(Closed("list"))).Ok();
        (await home.Run(Closed("logs", "web"))).Ok();
        Assert.Equal(before, home.Files());
        (await home.Run(Closed("run", "sleep 1000", "--name", "next", "--restart"))).Ok();

        Assert.Equal(["web", "next"], (await home.List()).Processes.Select(process => process.Name));
        Assert.Empty((await home.Run("list")).Ok().Stderr);
        foreach (var file in Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories))
            Assert.DoesNotMatch("Warning|Started|==>|NAME", File.ReadAllText(file));
        Assert.Equal("a line\n", File.ReadAllText(home.Stdout("web")));

        Call Closed(params string[] command) => new(command) { Through = Call.AfterShell($"exec {closed};") };
    }

    [Theory]
    [InlineData(">&-", "Error: ")]
    [InlineData("2>&-", "")]
    public async Task A_command_that_fails_does_so_whatever_is_closed(string closed, string stderr)
    {
        await using var home = new SentinelHome();

        var failed = (await home.Run(new Call("stop", "nobody") { Through = Call.AfterShell($"exec {closed};") })).Fails(1);

        Assert.StartsWith(stderr, failed.Stderr);
        Assert.Empty(failed.Stdout);
    }
}
