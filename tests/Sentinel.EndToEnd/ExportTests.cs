namespace Sentinel.EndToEnd;

/// <summary>A project as files for an engine.</summary>
public sealed class ExportTests : IAsyncDisposable
{
    private const string Project = """
        name = "shop"

        [process.web]
        image = "nginx:1"
        run = "nginx -g 'daemon off;'"
        restart = true
        restart-delay = 1

        [process.job]
        image = "job:1"
        type = "task"
        run = ["./job", "two words"]

        """;

    private readonly SentinelHome _home = new();

    public ExportTests() => Write("sentinel.toml", Project);

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task One_file_goes_to_stdout_as_it_is_and_nothing_else_anywhere()
    {
        var outcome = (await _home.Run("export", "swarm")).Ok();

        Assert.StartsWith("version: \"3.8\"\nservices:\n  web:\n    image: nginx:1\n", outcome.Stdout);
        Assert.Equal("", outcome.Stderr);
        Assert.False(Directory.Exists(_home.Folder));
        Assert.Equal(["sentinel.toml"], Directory.GetFiles(_home.Work).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Several_files_have_headings()
    {
        var stdout = (await _home.Run("export", "systemd")).Ok().Stdout;

        Assert.StartsWith("# file: sentinel-shop.target\n[Unit]\n", stdout);
        Assert.Contains("\n\n# file: sentinel-shop-web.service\n[Unit]\n", stdout);
        Assert.Contains($"\nExecStart={_home.Work}/job \"two words\"\n", stdout);
    }

    [Fact]
    public async Task What_has_no_equal_goes_to_stderr_with_its_line_and_the_exit_code_is_3()
    {
        Write("sentinel.toml", Project + "nice = 5\nmax-memory = \"1G\"\n");

        var outcome = await _home.Run("export", "kubernetes");

        Assert.Equal(3, outcome.ExitCode);
        Assert.StartsWith("apiVersion: apps/v1\nkind: Deployment\n", outcome.Stdout);
        Assert.Equal(
            """
            sentinel.toml:7: web.restart-delay: Kubernetes waits 10 s at first, and longer and longer up to 5 minutes
            sentinel.toml:13: job.nice: Kubernetes sets no priority of processes
            sentinel.toml:14: job.max-memory: Kubernetes does not restart it for its memory; memory-max is a limit

            """,
            outcome.Stderr);
    }

    [Fact]
    public async Task Strict_writes_nothing_where_something_has_no_equal()
    {
        var (printed, written) = (await _home.Run("export", "kubernetes", "--strict"), await _home.Run("export", "kubernetes", "--strict", "--output", "out"));

        foreach (var outcome in new[] { printed, written })
        {
            Assert.Equal((1, ""), (outcome.ExitCode, outcome.Stdout));
            Assert.StartsWith("sentinel.toml:7: web.restart-delay: ", outcome.Stderr);
            Assert.EndsWith("Error: nothing is written: 1 thing has no equal\n", outcome.Stderr);
        }

        Assert.False(Directory.Exists(Path.Combine(_home.Work, "out")));
        (await _home.Run("export", "swarm", "--strict")).Ok();
    }

    [Fact]
    public async Task Output_writes_each_file_and_never_over_what_differs()
    {
        Write(".env.test", "");
        Write("sentinel.toml", Project.Replace("[process.web]", "[process.web]\nenv-file = \".env.test\"\nenv = { KEY = \"a b\" }"));
        var folder = Path.Combine(_home.Work, "out/units");

        var first = (await _home.Run("export", "systemd", "--output", "out/units")).Ok();
        var names = Directory.GetFiles(folder).Select(Path.GetFileName).Order().ToList();
        var again = (await _home.Run("export", "systemd", "--output", "out/units")).Ok();

        Assert.Equal(["sentinel-shop-job.service", "sentinel-shop-web.env", "sentinel-shop-web.service", "sentinel-shop.target"], names);
        Assert.Equal(first.Stdout, again.Stdout);
        Assert.Equal($"Wrote {folder}/sentinel-shop.target", first.Stdout.Split('\n')[0]);
        Assert.Equal("KEY=\"a b\"\n", File.ReadAllText(Path.Combine(folder, "sentinel-shop-web.env")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "sentinel-shop-web.env")));

        File.AppendAllText(Path.Combine(folder, "sentinel-shop-web.service"), "# mine\n");
        File.Delete(Path.Combine(folder, "sentinel-shop.target"));
        var refused = await _home.Run("export", "systemd", "--output", "out/units");

        Assert.Equal((1, ""), (refused.ExitCode, refused.Stdout));
        Assert.Equal($"Error: {folder}/sentinel-shop-web.service is there already and differs, so nothing is written; delete it, or choose another folder\n", refused.Stderr);
        Assert.False(File.Exists(Path.Combine(folder, "sentinel-shop.target")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_an_error()
    {
        Write("out", "a file");

        var outcome = await _home.Run("export", "swarm", "--output", "out");

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Stdout));
        Assert.StartsWith($"Error: {_home.Work}/out cannot be written: ", outcome.Stderr);
    }

    [Fact]
    public async Task Processes_without_an_image_are_named_with_their_places()
    {
        Write("sentinel.toml", "name = \"shop\"\n[process.web]\nrun = \"x\"\n[process.api]\nrun = \"x\"\nimage = \"x\"\n[process.job]\nrun = \"x\"\n");

        var outcome = await _home.Run("export", "compose");

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Stdout));
        Assert.Equal(
            """
            sentinel.toml:2:10: web has no image, and docker compose runs nothing without one: image = "registry.example/shop/web:1"
            sentinel.toml:7:10: job has no image, and docker compose runs nothing without one: image = "registry.example/shop/job:1"

            """,
            outcome.Stderr);
        (await _home.Run("export", "systemd", "--strict")).Ok();
    }

    [Theory]
    [InlineData("[process.web]\nrun = \"x\"\nrum = \"x\"", "sentinel.toml:3:1: there is no key 'rum'; did you mean 'run'?\n")]
    [InlineData("[process.web]\nimage = \"a b\"\nrun = \"x\"", "sentinel.toml:2:9: image takes the name of a container image, such as \"registry.example/shop/api:2\", not 'a b'\n")]
    public async Task A_wrong_file_exits_with_2(string toml, string said)
    {
        Write("sentinel.toml", toml);

        var outcome = await _home.Run("export", "systemd");

        Assert.Equal((2, "", said), (outcome.ExitCode, outcome.Stdout, outcome.Stderr));
    }

    [Fact]
    public async Task An_engine_that_there_is_not_exits_with_2()
    {
        var outcome = await _home.Run("export", "mesos");

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Stdout));
        Assert.Contains("mesos", outcome.Stderr);
    }

    [Theory]
    [InlineData("systemd")]
    [InlineData("swarm")]
    [InlineData("kubernetes")]
    [InlineData("compose")]
    [InlineData("quadlet")]
    [InlineData("nomad")]
    public async Task No_secret_and_nothing_of_an_environment_file_is_read(string engine)
    {
        Write("key", "hunter2\n");
        Write("web.env", "PASSWORD=hunter2\n");
        Write("sentinel.toml", Project.Replace("[process.web]", "[process.web]\nenv-file = \"web.env\"\nsecret = { KEY = \"file:key\", TOKEN = \"cmd:touch ran; cat key\" }"));

        var outcome = await _home.Run("export", engine, "--output", "out");

        Assert.True(outcome.ExitCode is 0 or 3, outcome.Stderr);
        Assert.DoesNotContain("hunter2", outcome.Stdout + outcome.Stderr + string.Concat(Directory.GetFiles(Path.Combine(_home.Work, "out")).Select(File.ReadAllText)));
        Assert.False(File.Exists(Path.Combine(_home.Work, "ran")));
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_home.Work, file), text);
}
