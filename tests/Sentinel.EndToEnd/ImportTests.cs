namespace Sentinel.EndToEnd;

/// <summary>A sentinel.toml from the file of another tool.</summary>
public sealed class ImportTests : IAsyncDisposable
{
    private readonly SentinelHome _home = new();

    private string Target => Path.Combine(_home.Work, "sentinel.toml");

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task What_is_taken_goes_to_stdout_and_nothing_else_anywhere()
    {
        Write("Procfile", "web: serve\n");

        var outcome = await _home.Run("import", "Procfile");

        Assert.Equal((0, "[process.web]\nrun = \"serve\"\n", ""), (outcome.ExitCode, outcome.Stdout, outcome.Stderr));
        Assert.False(Directory.Exists(_home.Folder));
    }

    [Fact]
    public async Task What_is_not_taken_goes_to_stderr_and_the_exit_code_is_3()
    {
        Write("compose.yaml", "services:\n  web:\n    command: serve\n    volumes: [a:b]\n");

        var outcome = await _home.Run("import", ".");

        Assert.Equal(
            (3, "[process.web]\nrun = \"serve\"\n", "compose.yaml:4: services.web.volumes: no meaning without a container\n"),
            (outcome.ExitCode, outcome.Stdout, outcome.Stderr));
    }

    [Fact]
    public async Task A_file_with_an_error_writes_nothing()
    {
        Write("compose.yaml", "services: [\n");

        var outcome = await _home.Run("import", "compose.yaml", "--write");

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Stdout));
        Assert.StartsWith("Error: compose.yaml:2:1: ", outcome.Stderr);
        Assert.Equal(["compose.yaml"], Directory.GetFiles(_home.Work).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Write_writes_beside_the_file_and_never_over_what_is_there()
    {
        Directory.CreateDirectory(Path.Combine(_home.Work, "app"));
        Write("app/Procfile", "web: serve\njob: x\n");

        Assert.Equal("Wrote app/sentinel.toml (2 processes)\n", (await _home.Run("import", "app", "--write")).Ok().Stdout);
        File.AppendAllText(Path.Combine(_home.Work, "app/sentinel.toml"), "# mine\n");
        var again = await _home.Run("import", "app", "--write");

        Assert.Equal((1, "Error: app/sentinel.toml is there already, and stays as it is; without --write the text is printed\n"), (again.ExitCode, again.Stderr));
        Assert.Equal("[process.web]\nrun = \"serve\"\n\n[process.job]\nrun = \"x\"\n# mine\n", File.ReadAllText(Path.Combine(_home.Work, "app/sentinel.toml")));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_home.Work, "app")).Length);
    }

    [Fact]
    public async Task A_folder_with_several_files_lists_them_and_one_with_none_says_so()
    {
        Assert.Equal("Error: . has no file that can be imported; name one\n", (await _home.Run("import", ".")).Stderr);
        Write("Procfile", "");
        Write("compose.yaml", "");

        var outcome = await _home.Run("import", ".", "--write");

        Assert.Equal(
            (1, "Error: . has several files that can be imported; name one of them: Procfile, compose.yaml\n"), (outcome.ExitCode, outcome.Stderr));
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData("missing", "Error: missing: there is no such file\n")]
    [InlineData("binary.yaml", "Error: binary.yaml: it is not text in UTF-8\n")]
    [InlineData("/dev/zero", "Error: /dev/zero: it is larger than 10 MB, which no file of this kind is\n")]
    [InlineData("notes.txt", "Error: notes.txt: not a file that import knows; it knows Procfile, ")]
    public async Task A_file_that_cannot_be_read_is_an_error(string file, string said)
    {
        File.WriteAllBytes(Path.Combine(_home.Work, "binary.yaml"), [0xff, 0xfe]);
        Write("notes.txt", "x");

        var outcome = await _home.Run("import", file);

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Stdout));
        Assert.StartsWith(said, outcome.Stderr);
    }

    [Fact]
    public async Task All_kinds_of_files_are_read_by_the_native_binary()
    {
        Write("process-compose.yaml", "processes:\n  a: &a { command: x, availability: { restart: no } }\n  b: { <<: *a }\n");
        Write("supervisord.conf", "[program:a]\ncommand=x\n");
        Write("ecosystem.config.js", "module.exports = { apps: [{ name: 'a', script: 'a.js' }] }");
        Write("pitchfork.toml", "[daemons.a]\nrun = \"x\"\nenv = {\n  A = \"b\",\n}\n");
        Write("package.json", "{ \"scripts\": { \"dev\": \"vite\" } }");
        Write("launchSettings.json", "{ \"profiles\": { \"http\": { \"commandName\": \"Project\" } } }");
        Write("launch.json", "{ \"configurations\": [{ \"name\": \"a\", \"type\": \"node\", \"program\": \"a.js\" }] }");

        foreach (var file in Directory.GetFiles(_home.Work))
            Assert.StartsWith("[process.", (await _home.Run("import", Path.GetFileName(file))).Ok().Stdout);
    }

    [Fact]
    public async Task Node_executes_a_file_only_when_that_is_asked_for_and_it_is_told()
    {
        Write("ecosystem.config.js", "const port = 3;\nmodule.exports = { apps: [{ script: `a${port}.js` }] };\n");
        var bin = Directory.CreateDirectory(Path.Combine(_home.Root, "bin")).FullName;
        Scripts.Write(Path.Combine(bin, "node"), "#!/bin/sh\necho '{\"apps\":[{\"name\":\"a\",\"script\":\"a3.js\",\"watch\":true}]}'\n");
        var path = new Dictionary<string, string?> { ["PATH"] = $"{bin}:/usr/bin:/bin" };

        var refused = await _home.Run(new Call(["import", "."]) { Environment = path });
        var run = await _home.Run(new Call(["import", ".", "--run-js"]) { Environment = path });

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("Error: ecosystem.config.js:2:39: this is computed, not written out; --run-js lets node print", refused.Stderr);
        Assert.Equal((3, "[process.a]\nrun = \"node a3.js\"\nrestart = \"always\"\n"), (run.ExitCode, run.Stdout));
        Assert.Equal(
            $"Node executes {Path.Combine(_home.Work, "ecosystem.config.js")}\necosystem.config.js: apps[0].watch: it is not taken over; --watch, or watch in sentinel.toml, watches files\n", run.Stderr);
    }

    [Fact]
    public async Task Without_node_nothing_is_executed_and_that_is_told()
    {
        Write("ecosystem.config.js", "x");

        var outcome = await _home.Run(new Call(["import", ".", "--run-js"]) { Environment = new Dictionary<string, string?> { ["PATH"] = _home.Root } });

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Error: ecosystem.config.js: node cannot be executed: ", outcome.Stderr);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_home.Work, file), text);
}
