using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>Commands with --on and programs that are not there, refuse, or never answer.</summary>
public sealed class EngineTests : IAsyncDisposable
{
    private readonly SentinelHome _home = new();

    public EngineTests() => File.WriteAllText(Path.Combine(_home.Work, "sentinel.toml"), """
        name = "shop"

        [process.web]
        image = "web:1"
        run = "./web"
        restart = true
        restart-delay = 1

        """);

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Theory]
    [InlineData("--on is for an engine and --host for machines over ssh; use one of them", "list", "--on", "swarm", "--host", "m1")]
    [InlineData("--watch means nothing with --on", "list", "--on", "swarm", "--watch")]
    [InlineData("--grep means nothing with --on", "logs", "--on", "swarm", "--grep", "x")]
    [InlineData("--force means nothing with --on", "stop", "web", "--on", "swarm", "--force")]
    [InlineData("--foreground means nothing with --on", "up", "--on", "swarm", "--foreground")]
    [InlineData("'web': with --on, 'up' is for the whole project", "up", "web", "--on", "swarm")]
    [InlineData("--context is for --on, which names an engine", "list", "--context", "x")]
    [InlineData("--strict is for --on, which names an engine", "up", "--strict")]
    [InlineData("--on takes swarm", "list", "--on", "nomad")]
    public async Task What_means_nothing_there_is_refused_by_name(string why, params string[] arguments)
    {
        Fake("docker", "echo called >\"$0.called\"");

        Assert.StartsWith($"Error: {why}", (await Run(arguments)).Fails(2).Stderr);
        Assert.False(File.Exists(Path.Combine(Programs, "docker.called")));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_one_line()
    {
        var outcome = (await Run("list", "--on", "swarm")).Fails(1);

        Assert.Equal(("", "Error: there is no docker in the PATH, and it is what reaches the cluster\n"), (outcome.Stdout, outcome.Stderr));
    }

    [Theory]
    [InlineData("Error response from daemon: This node is not a swarm manager. Use \"docker swarm init\" to connect this node to swarm and try again.")]
    [InlineData("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")]
    [InlineData("permission denied while trying to connect to the Docker daemon socket")]
    public async Task A_refusal_is_told_in_its_own_words(string words)
    {
        Fake("docker", $"echo '{words}' >&2; exit 1");

        foreach (var verb in new[] { "up", "plan", "list", "down" })
            Assert.Equal($"Error: 'docker service ls' failed: {words.TrimEnd('.')}\n", (await Run(verb, "--on", "swarm")).Fails(1).Stderr);
    }

    [Fact]
    public async Task One_that_never_answers_is_ended_with_what_it_started()
    {
        Fake("docker", "/bin/sleep 1234 & echo $! >\"$0.pid\"; wait");
        var begun = Stopwatch.GetTimestamp();

        var outcome = (await Run("list", "--on", "swarm")).Fails(1);

        Assert.Equal("Error: 'docker service ls' failed: it has not answered for 30 s, and was ended\n", outcome.Stderr);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 29, 120);
        var left = int.Parse(await File.ReadAllTextAsync(Path.Combine(Programs, "docker.pid"), TestContext.Current.CancellationToken));
        await Wait.Until(() => Live.Find(left) is null, "what it started has ended");
    }

    [Fact]
    public async Task The_context_is_passed_on_and_SENTINEL_HOST_does_not_count()
    {
        Fake("docker", "echo \"$*\" >>\"$0.called\"");

        var outcome = await _home.Run(Call("list", "--on", "swarm", "--context", "two words") with
        {
            Environment = new Dictionary<string, string?> { ["PATH"] = Programs, ["SENTINEL_HOST"] = "nowhere.invalid" },
        });

        Assert.Equal("Nothing of shop is there; 'sentinel up --on swarm' brings it up\n", outcome.Ok().Stdout);
        Assert.Equal(["--context two words service ls --quiet --filter label=sentinel.project=shop"], await File.ReadAllLinesAsync(Path.Combine(Programs, "docker.called"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task With_strict_nothing_is_asked_where_something_has_no_equal()
    {
        Fake("docker", "echo called >\"$0.called\"");
        await File.AppendAllTextAsync(Path.Combine(_home.Work, "sentinel.toml"), "nice = 5\n", TestContext.Current.CancellationToken);

        var outcome = (await Run("up", "--on", "swarm", "--strict")).Fails(1);

        Assert.Equal("sentinel.toml:8: web.nice: docker sets no priority\nError: nothing is changed: 1 thing has no equal\n", outcome.Stderr);
        Assert.False(File.Exists(Path.Combine(Programs, "docker.called")));
    }

    private string Programs => Path.Combine(_home.Root, "programs");

    private void Fake(string program, string does)
    {
        Directory.CreateDirectory(Programs);
        Scripts.Write(Path.Combine(Programs, program), $"#!/bin/sh\n{does}\n");
    }

    private Call Call(params string[] arguments) => new(arguments) { Environment = new Dictionary<string, string?> { ["PATH"] = Programs } };

    private Task<Outcome> Run(params string[] arguments) => _home.Run(Call(arguments));
}
