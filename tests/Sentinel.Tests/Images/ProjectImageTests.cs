using Sentinel.Core.Images;
using Sentinel.Tests.Projects;

namespace Sentinel.Tests.Images;

/// <summary>How the image of a process starts, and what of the process is in no image.</summary>
public sealed class ProjectImageTests
{
    [Fact]
    public void A_process_starts_as_the_file_says()
    {
        var (config, told) = Of("""
            name = "shop"
            env = { LEVEL = "info", BOTH = "project" }
            [process.web]
            run = ["bin/web", "--name", "two words"]
            cwd = "web"
            port = { http = 8080, admin = "9000+" }
            env = { BOTH = "own", URL = "http://x:${port:http}/" }
            user = "1000"
            stop-signal = "INT"
            restart = true
            memory-max = "1G"
            """, "web", files: "web/bin/web");

        Assert.Empty(told);
        Assert.Equal(["bin/web", "--name", "two words"], config.EntryPoint);
        Assert.Equal("/app/web", config.WorkingDirectory);
        Assert.Equal([("LEVEL", "info"), ("BOTH", "own"), ("URL", "http://x:8080/"), ("HTTP_PORT", "8080"), ("ADMIN_PORT", "9000")], config.Variables);
        Assert.Equal([8080, 9000], config.Ports);
        Assert.Equal(("1000", "SIGINT"), (config.User, config.StopSignal));
        Assert.Equal([("sentinel.project", "shop"), ("sentinel.name", "web")], config.Labels);
    }

    [Fact]
    public void A_line_for_a_shell_needs_one()
    {
        const string toml = "[process.web]\nrun = \"echo $HOME && ./web\"";

        Assert.Equal(["/bin/sh", "-c", "echo $HOME && ./web"], Of(toml, "web").Config.EntryPoint);
        Assert.Empty(Of(toml, "web").Told);
        Assert.Equal(["sentinel.toml:2: web.run: it needs /bin/sh, and an image from scratch has none; --base names one that has it"], Of(toml, "web", hasShell: false).Told);
    }

    [Fact]
    public void What_runs_before_it_runs_in_the_image()
    {
        var words = Of("[process.web]\nrun = \"/home/user/shop/web\"\nbefore = \"./prepare\"", "web", files: "web").Config.EntryPoint;

        Assert.Equal(["/bin/sh", "-c"], words.Take(2));
        Assert.Equal("./prepare", words[^2]);
    }

    [Theory]
    [InlineData("\"./web\"", "./web", null)]
    [InlineData("\"/home/user/shop/bin/web\"", "/app/bin/web", "/app/bin/web")]
    [InlineData("\"./other\"", "./other", "/app/other")]
    [InlineData("\"../web\"", "../web", null)]
    [InlineData("\"python3 web.py\"", "python3", null)]
    [InlineData("\"/usr/bin/env python3\"", "/usr/bin/env", null)]
    public void A_program_of_the_folder_is_looked_for_in_the_image(string run, string program, string? missing)
    {
        var (config, told) = Of($"[process.web]\nrun = {run}", "web", files: "web");

        Assert.Equal(program, config.EntryPoint[0]);
        Assert.Equal(missing is null ? [] : [$"sentinel.toml:2: web.run: {missing} is not among the files of the image; if git ignores it here, --include takes it"], told);
    }

    [Fact]
    public void Secrets_and_environment_files_are_told_and_never_taken()
    {
        const string toml = """
            env-file = "?all.env"
            [process.web]
            run = "web"
            env-file = ["web.env"]
            secret = { KEY = "file:key", TOKEN = "cmd:pass token" }
            env = { HOSTED = "${HOSTNAME}" }
            [process.job]
            run = "job"
            cwd = "job"
            secret = { OTHER = "file:other" }
            """;
        var (config, told) = Of(toml, "web");

        Assert.Equal(
            [
                $"sentinel.toml:1: env-file: {Read.Folder}/all.env stays outside of the image; give its variables where the container starts, as with --env-file",
                $"sentinel.toml:4: web.env-file: {Read.Folder}/web.env stays outside of the image; give its variables where the container starts, as with --env-file",
                "sentinel.toml:5: web.secret: the value of KEY is in no image; set it where the container starts",
                "sentinel.toml:5: web.secret: the value of TOKEN is in no image; set it where the container starts",
                "sentinel.toml:6: web.env: HOSTED is left out, because its value has HOSTNAME, known only where it starts; set it there",
            ],
            told);
        Assert.Empty(config.Variables);
        Assert.Equal(
            new[] { ".env", "all.env", "web.env", "key", "job/.env", "other" }.Select(file => $"{Read.Folder}/{file}").Order(), ProjectImage.SecretFiles(Read.Good(toml)).Order());
    }

    [Theory]
    [InlineData("", "/app", false)]
    [InlineData("cwd = \"/var/lib/web\"", "/var/lib/web", false)]
    [InlineData("cwd = \"other\"", "/app", true)]
    [InlineData("cwd = \"out/web\"", "/app/web", false)]
    public void Another_folder_than_the_projects_is_where_it_starts(string cwd, string expected, bool isTold)
    {
        var (config, told) = Of($"[process.web]\nrun = \"web\"\n{cwd}", "web", folder: "/out");

        Assert.Equal(expected, config.WorkingDirectory);
        Assert.Equal(isTold ? [$"sentinel.toml:3: web.cwd: {Read.Folder}/other is not in {Read.Folder}/out, so the process runs in /app"] : [], told);
    }

    [Fact]
    public void With_sentinel_it_is_the_first_process_and_runs_the_project()
    {
        var project = Read.Good("""
            name = "shop"
            env-file = ["?.env", "all.env", "taken.env"]
            [process.web]
            run = "web"
            port = { http = 8080, any = "auto" }
            secret = { KEY = "file:key", TOKEN = "cmd:pass token" }
            [process.debug]
            run = "debug"
            profile = "debug"
            port = 9000
            """);
        var folder = new ImageFolder(Read.Folder, "/app", new HashSet<string> { "sentinel.toml", "taken.env" });

        var (all, told) = ProjectImage.WithSentinel(project, null, folder);

        Assert.Equal(["/usr/local/bin/sentinel", "up", "--foreground", "--file", "/app/sentinel.toml"], all.EntryPoint);
        Assert.Equal([("SENTINEL_HOME", "/tmp/sentinel")], all.Variables);
        Assert.Equal([8080], all.Ports);
        Assert.Equal([("sentinel.project", "shop")], all.Labels);
        Assert.Equal(
            [
                $"sentinel.toml:2: env-file: {Read.Folder}/.env stays outside of the image; it can be at /app/.env where the container runs",
                $"sentinel.toml:2: env-file: {Read.Folder}/all.env stays outside of the image; it has to be at /app/all.env where the container runs",
                $"sentinel.toml:6: web.secret: {Read.Folder}/key stays outside of the image; it has to be at /app/key where the container runs",
            ],
            told.Select(one => one.ToString()));
        Assert.Equal(["/usr/local/bin/sentinel", "up", "debug", "--foreground", "--file", "/app/sentinel.toml"], ProjectImage.WithSentinel(project, "debug", folder).Config.EntryPoint);
    }

    private static (ImageConfig Config, List<string> Told) Of(string toml, string process, string folder = "", string files = "", bool hasShell = true)
    {
        var (config, told) = ProjectImage.Of(Read.Good(toml), process, new ImageFolder(Read.Folder + folder, "/app", files.Split(' ').ToHashSet()), hasShell);
        return (config, [.. told.Select(one => one.ToString())]);
    }
}
