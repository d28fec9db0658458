using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class ProjectFileTests
{
    private const string Good = """
        env = { LOG_LEVEL = "info" }
        [process.db]
        run = "sleep 1000"
        port = "auto"
        [process.api]
        run = ["sleep", "1000"]
        needs = "db"
        stop-timeout = "2m"
        instances = 2
        """;

    [Fact]
    public async Task A_file_that_is_fine_is_counted_here_and_below_and_by_its_name()
    {
        await using var home = new SentinelHome();
        Write(home, "sentinel.toml", Good);
        Directory.CreateDirectory(Path.Combine(home.Work, "a/b"));

        Assert.Equal("sentinel.toml: 2 processes\n", (await home.Run("check")).Ok().Stdout);
        Assert.Equal("sentinel.toml: 2 processes\n", (await home.Run(new Call("check") { Folder = Path.Combine(home.Work, "a/b") })).Ok().Stdout);
        Assert.Equal("../sentinel.toml: 2 processes\n", (await home.Run(new Call("check", "-f", "../sentinel.toml") { Folder = Path.Combine(home.Work, "a") })).Ok().Stdout);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_on_stderr_with_its_place()
    {
        await using var home = new SentinelHome();
        Write(home, "sentinel.toml", "[process.api]\ncomand = \"x\"\nnice = 99\nrun = \"sleep 1\"\n");

        var outcome = (await home.Run("check")).Fails(2);

        Assert.Empty(outcome.Stdout);
        Assert.Equal("sentinel.toml:2:1: there is no key 'comand'; did you mean 'run'?\nsentinel.toml:3:8: nice takes a number from -20 to 19, not '99'\n", outcome.Stderr);
        Assert.Equal(outcome.Stderr, (await home.Run("config")).Fails(2).Stderr);
        var json = JsonNode.Parse((await home.Run("check", "--json")).Fails(2).Stdout)!;
        Assert.Equal(2, json["problems"]!.AsArray().Count);
        Assert.Equal((3, 8), ((int)json["problems"]![1]!["line"]!, (int)json["problems"]![1]!["column"]!));
        Assert.Null(json["project"]);
    }

    [Fact]
    public async Task Without_a_file_the_next_step_is_said()
    {
        await using var home = new SentinelHome();

        Assert.Contains("'sentinel init' writes one", (await home.Run("check")).Fails(2).Stderr);
        Assert.Equal("gone.toml:1:1: there is no file gone.toml\n", (await home.Run("config", "--file", "gone.toml")).Fails(2).Stderr);
        Assert.Contains("takes a file", (await home.Run("check", "--file", "")).Fails(2).Stderr);
    }

    [Fact]
    public async Task What_will_likely_not_work_here_is_a_warning()
    {
        await using var home = new SentinelHome();
        Write(home, "sentinel.toml", """
            env-file = [".env", "?.env.local"]
            [process.a]
            run = "no-such-program --all"
            [process.b]
            run = ["sleep", "${PORT}"]
            [process.c]
            run = "sleep 1"
            cwd = "gone"
            [process.d]
            before = "make"
            run = "bin/made"
            secret = { KEY = "file:key.txt", OTHER = "file:~/key.txt" }
            """);

        var outcome = (await home.Run("check")).Ok();

        Assert.Equal("sentinel.toml: 4 processes\n", outcome.Stdout);
        var work = home.Work;
        Assert.Equal(
            [
                $"Warning: sentinel.toml:1:13: there is no file {work}/.env; if it may be missing, put ? in front",
                "Warning: sentinel.toml:3:7: there is no program 'no-such-program' in PATH",
                "Warning: sentinel.toml:5:7: ${PORT} stays as it is: a list of words has no shell that replaces it; write run as one text",
                $"Warning: sentinel.toml:8:7: there is no folder {work}/gone",
                $"Warning: sentinel.toml:12:18: there is no file {work}/key.txt, which holds KEY",
            ],
            outcome.Stderr.TrimEnd('\n').Split('\n'));
        Assert.Equal(5, JsonNode.Parse((await home.Run("check", "--json")).Ok().Stdout)!["warnings"]!.AsArray().Count);
    }

    [Fact]
    public async Task Config_shows_each_value_with_its_place()
    {
        await using var home = new SentinelHome();
        Write(home, "sentinel.toml", Good);
        Write(home, "sentinel.local.toml", "[process.api]\nenv.A = \"1\"\n");

        var lines = (await home.Run("config")).Ok().Stdout.TrimEnd('\n').Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Equal(
            [
                "work", $"file {home.Work}/sentinel.toml", "env LOG_LEVEL=info sentinel.toml:1:21", "",
                "[process.db]", "run sleep 1000 sentinel.toml:3:7", "port port sentinel.toml:4:8", "",
                "[process.api]", "run sleep 1000 sentinel.toml:6:7", "env A=1 sentinel.local.toml:2:9", "stop-timeout 120 sentinel.toml:8:16",
                "needs db sentinel.toml:7:9", "instances 2 sentinel.toml:9:13",
            ],
            lines);
        Assert.StartsWith("[process.api]\n", (await home.Run("config", "api")).Ok().Stdout);
        Assert.Contains("there is no process 'apj'; did you mean 'api'?", (await home.Run("config", "apj")).Fails(1).Stderr);
        var api = JsonNode.Parse((await home.Run("config", "api", "--json")).Ok().Stdout)!["processes"]!.AsArray().Single()!;
        Assert.Equal("sleep,1000", string.Join(',', api["run"]!["words"]!.AsArray()));
        Assert.False(Directory.Exists(home.Folder));
    }

    [Fact]
    public async Task Init_writes_a_file_that_is_fine_and_never_over_one()
    {
        await using var home = new SentinelHome();
        var file = Path.Combine(home.Work, "sentinel.toml");

        Assert.Contains("Wrote sentinel.toml", (await home.Run(new Call("init") { Through = Call.AfterShell("umask 027;") })).Ok().Stdout);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(file));
        Assert.Equal("sentinel.toml: 1 process\n", (await home.Run("check")).Ok().Stdout);
        File.AppendAllText(file, "# mine\n");
        Assert.Contains("already", (await home.Run("init")).Fails(1).Stderr);
        Assert.EndsWith("# mine\n", File.ReadAllText(file));
    }

    [Fact]
    public async Task Init_tells_agents_once_and_keeps_what_is_there()
    {
        await using var home = new SentinelHome();
        var file = Path.Combine(home.Work, "AGENTS.md");
        Write(home, "AGENTS.md", "# Mine");

        (await home.Run("init", "--agents")).Ok();
        var told = File.ReadAllText(file);
        Assert.Contains("already", (await home.Run("init", "--agents")).Ok().Stdout);

        Assert.StartsWith("# Mine\n\n## Processes run under Sentinel\n", told);
        Assert.Equal(8, told.TrimEnd('\n').Split('\n').Length);
        Assert.Equal(told, File.ReadAllText(file));
        Assert.True(File.Exists(Path.Combine(home.Work, "sentinel.toml")));
    }

    [Fact]
    public async Task A_file_of_ten_megabytes_is_refused_at_once()
    {
        await using var home = new SentinelHome();
        Write(home, "sentinel.toml", new string('[', 10 * 1024 * 1024));
        Write(home, "deep.toml", $"a = {new string('[', 1024 * 1024)}");
        Write(home, "deep.json", new string('[', 10 * 1024 * 1024));

        Assert.Contains("it is larger than 2048 KB", (await home.Run("check")).Fails(2).Stderr);
        Assert.Contains("more than 32 tables and lists are in each other", (await home.Run("check", "-f", "deep.toml")).Fails(2).Stderr);
        Assert.Contains("more than 32 tables and lists are in each other", (await home.Run("check", "-f", "deep.json")).Fails(2).Stderr);
    }

    private static void Write(SentinelHome home, string name, string text) => File.WriteAllText(Path.Combine(home.Work, name), text);
}
