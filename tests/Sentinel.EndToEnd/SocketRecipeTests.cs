namespace Sentinel.EndToEnd;

/// <summary>What docs/socket-recipes.md says, done with the real servers under requests that go on all the time.</summary>
public class SocketRecipeTests
{
    [Theory(DisableParallelization = true)]
    [InlineData("kestrel", "dotnet")]
    [InlineData("uvicorn", "uvicorn", true)]
    [InlineData("asgi", "uvicorn")]
    [InlineData("gunicorn", "gunicorn")]
    [InlineData("puma", "puma")]
    [InlineData("node", "node")]
    [InlineData("nginx", "nginx")]
    public async Task A_restart_loses_no_request(string name, string program, bool mayCut = false)
    {
        var path = Needs.Program(program);
        await using var home = await SentinelHome.Create(withDaemon: true);
        var recipe = await SocketRecipe.Of(name, home);
        recipe.WriteFiles(home.Work);
        foreach (var build in recipe.Lines("dotnet build"))
            await Type(build);
        await Type(recipe.Line($" --name {name} "));
        await using var requests = new SteadyRequests(recipe.PortOf(name));
        await requests.GoOn();
        var first = (await home.Show(name)).Pid;

        await Type(recipe.Line($"restart {name} --no-gap"));
        await requests.GoOn();
        var second = (await home.Show(name)).Pid;
        (await home.Run("restart", name, "--wait")).Ok();
        await requests.GoOn();
        var third = (await home.Show(name)).Pid;
        await requests.End();

        Assert.Empty(requests.Refused);
        // The page says of which server that is.
        if (!mayCut)
            Assert.Empty(requests.Cut);
        Assert.Equal(3, new HashSet<int?> { first, second, third }.Count);

        async Task Type(string line) => (await home.Run(Typed(home, line, path))).Ok();
    }

    [Fact(DisableParallelization = true)]
    public async Task A_broken_version_of_a_program_of_gunicorn_leaves_the_one_that_works()
    {
        var path = Needs.Program("gunicorn");
        await using var home = await SentinelHome.Create(withDaemon: true);
        var recipe = await SocketRecipe.Of("gunicorn", home);
        recipe.WriteFiles(home.Work);
        (await home.Run(Typed(home, recipe.Line(" --name gunicorn "), path))).Ok();
        await using var requests = new SteadyRequests(recipe.PortOf("gunicorn"));
        await requests.GoOn();
        var before = (await home.Show("gunicorn")).Pid;
        File.WriteAllText(Path.Combine(home.Work, "app.py"), "raise Exception('broken')\n");

        var outcome = (await home.Run(Typed(home, recipe.Line("restart gunicorn --no-gap"), path))).Fails(1);
        await requests.GoOn();
        await requests.End();

        Assert.Contains("broken", outcome.Stderr);
        Assert.Empty(requests.Refused);
        Assert.Empty(requests.Cut);
        Assert.Equal(before, (await home.Show("gunicorn")).Pid);
    }

    [Fact(DisableParallelization = true)]
    public async Task What_takes_no_socket_is_restarted_behind_a_proxy_without_a_lost_request()
    {
        var path = Needs.Program("nginx");
        Needs.Program("python3");
        await using var home = await SentinelHome.Create(withDaemon: true);
        var recipe = await SocketRecipe.Of("plain", home);
        recipe.WriteFiles(home.Work);
        (await home.Run(Typed(home, recipe.Line(" --name plain "), path))).Ok();
        (await home.Run(Typed(home, recipe.Line(" --name front "), path))).Ok();
        await using var requests = new SteadyRequests(recipe.PortOf("front"));
        await requests.GoOn();
        var before = await Pids();

        (await home.Run(Typed(home, recipe.Line("restart plain --rolling"), path))).Ok();
        await requests.GoOn();
        await requests.End();

        Assert.Empty(requests.Refused);
        Assert.Empty(requests.Cut);
        Assert.Empty(before.Intersect(await Pids()));

        async Task<int?[]> Pids() => [.. (await home.List()).Processes.Where(process => process.Name.StartsWith("plain-", StringComparison.Ordinal)).Select(process => process.Pid)];
    }

    // With the interpreter of a program that is a script, in case a line names it, and with nothing of the machine's user.
    private static Call Typed(SentinelHome home, string line, string program)
    {
        var bin = Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName;
        var sentinel = Path.Combine(bin, "sentinel");
        if (!File.Exists(sentinel))
            File.CreateSymbolicLink(sentinel, SentinelHome.Binary);
        var interpreter = File.ReadLines(program).First() is ['#', '!', '/', .. var rest] ? Path.GetDirectoryName('/' + rest.Split(' ')[0]) : null;
        var folders = new[] { bin, interpreter, Environment.GetEnvironmentVariable("PATH") };
        return Call.Line(line) with
        {
            Environment = new Dictionary<string, string?>
            {
                ["PATH"] = string.Join(':', folders.OfType<string>()),
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
            },
        };
    }
}
