namespace Sentinel.EndToEnd;

/// <summary>What the first Sentinel's manual shows, line by line and in its order, in one home that is empty at first.</summary>
public sealed class ContractTests
{
    private const string Program = """
        #!/bin/sh
        echo ready
        echo careful >&2
        exec sleep 1000

        """;

    // What each line has to print; null: anything.
    private static readonly (string Line, string? Says)[] Lines =
    [
        ("sentinel run \"python server.py\"", "Started python (id: 1, pid: "),
        ("sentinel run \"python server.py\" --name myserver", "Started myserver (id: 2, pid: "),
        ("sentinel run \"npm start\" --name frontend --restart", "Warning: Restart flag set but daemon is not running."),
        ("sentinel run \"python worker.py\" --name worker1 --group workers", "Created group workers"),
        ("sentinel run \"node app.js\" --name app --env-file .env", "Started app"),
        ("sentinel list", "| ID | NAME     |"),
        ("sentinel status myserver", "myserver (id: 2)\n  PID:"),
        ("sentinel status 1", "python (id: 1)\n  PID:"),
        ("sentinel stop myserver", "Stopped myserver (id: 2)"),
        ("sentinel stop 1", "Stopped python (id: 1)"),
        ("sentinel stop myserver --force", null),
        ("sentinel restart myserver", "Restarted myserver (id: 2, pid: "),
        ("sentinel logs myserver", null),
        ("sentinel logs myserver --lines 100", null),
        ("sentinel logs myserver --stream stdout", null),
        ("sentinel logs myserver --stream stderr", null),
        ("sentinel logs myserver --clear", "Cleared"),
        ("sentinel stopall", "Stopped "),
        ("sentinel stopall --force", "No processes to stop"),
        ("sentinel startall", "Started "),
        ("sentinel restartall", "Restarted "),
        ("sentinel clean", "No processes to clean up"),
        ("sentinel run \"python worker.py\" --name worker --restart", "Started worker"),
        ("sentinel list", null),
        ("sentinel daemon start", "Started daemon (pid: "),
        ("sentinel daemon status", "Daemon is running (pid: "),
        ("sentinel daemon stop", "Stopped daemon (pid: "),
        ("sentinel group create workers", "Group workers already exists"),
        ("sentinel group create production --env \"NODE_ENV=production\" --env \"PORT=3000\"", "Created group production"),
        ("sentinel group add workers 1", "Added python (id: 1) to workers"),
        ("sentinel group remove workers 1", "Removed python (id: 1) from workers"),
        ("sentinel group list", "workers"),
        ("sentinel group list workers", "worker1"),
        ("sentinel group start workers", null),
        ("sentinel group stop workers", "Stopped worker1"),
        ("sentinel group restart workers", null),
        ("sentinel group delete workers", "Deleted group workers"),
        // The manual shows two ways to delete it; for the second it has to be there again.
        ("sentinel group create workers", "Created group workers"),
        ("sentinel group delete workers --stop", "Deleted group workers"),
        ("sentinel port allocate", "(default)"),
        ("sentinel port allocate --port $FREE", "Allocated port $FREE"),
        ("sentinel port allocate --name myapp", "(myapp)"),
        ("sentinel port list", "myapp"),
        ("sentinel port free $FREE", "Freed port $FREE"),
        ("sentinel run \"node app.js\" --env-file .env", "Started node"),
        ("sentinel group create staging --env \"DATABASE_URL=postgres://...\" --env \"DEBUG=true\"", "Created group staging"),
        ("sentinel --help", "run "),
        ("sentinel run --help", "--env-file"),
        ("sentinel daemon --help", "start "),
        ("sentinel group --help", "create "),
        ("sentinel port --help", "allocate "),
    ];

    [Fact]
    public async Task Every_line_of_the_first_manual_works_in_its_order()
    {
        await using var home = new SentinelHome();
        var path = Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName;
        foreach (var program in (string[])["python", "npm", "node"])
            Scripts.Write(Path.Combine(path, program), Program);
        File.WriteAllText(Path.Combine(home.Work, ".env"), "A=1\n");
        File.CreateSymbolicLink(Path.Combine(path, "sentinel"), SentinelHome.Binary);
        var variables = new Dictionary<string, string?> { ["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}" };
        var free = await PortTests.FreePort(home);

        foreach (var (line, says) in Lines)
        {
            var outcome = (await home.Run(Call.Line(line.Replace("$FREE", free)) with { Environment = variables })).Ok();

            Assert.True(
                says is null || (outcome.Stdout + outcome.Stderr).Contains(says.Replace("$FREE", free)),
                $"'{line}' said:\n{outcome.Stdout}{outcome.Stderr}");
            // Information only: it is there for as long as the daemon is.
            Assert.Equal(line is "sentinel daemon start" or "sentinel daemon status", File.Exists(Path.Combine(home.Folder, "daemon.pid")));
        }
    }
}
