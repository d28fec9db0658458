namespace Sentinel.EndToEnd;

/// <summary>Programs that end in ways that people meet every day: the first lines of <c>why</c> name the true cause of each.</summary>
public sealed class DeathTests
{
    public static readonly TheoryData<string, string[], string, string?> Deaths = new()
    {
        { "a message and a code", Shell("echo 'config: no database url' >&2; exit 78"), "exited with code 78", "config: no database url" },
        { "a message on stdout", Shell("echo starting; echo 'FATAL: database unreachable'; exit 1"), "exited with code 1", "FATAL: database unreachable (on stdout)" },
        { "an error far above the end", Shell("echo 'Error: no token' >&2; for i in $(seq 100); do echo \"  at frame $i\" >&2; done; exit 1"), "exited with code 1", "Error: no token" },
        { "a word that is no error", Shell("echo '0 errors' >&2; echo bye >&2; exit 1"), "exited with code 1", "bye" },
        { "silence", ["--", "false"], "exited with code 1", null },
        { "success", ["--", "true"], "exited with code 0", null },
        { "a memory fault", Shell("kill -SEGV $$"), "killed by SIGSEGV: a memory fault in the program", null },
        { "an abort", Shell("echo 'assertion failed: x > 0' >&2; kill -ABRT $$"), "killed by SIGABRT: it aborted itself", "assertion failed: x > 0" },
        { "a kill from outside", Shell("kill -KILL $$"), "killed by SIGKILL from outside", null },
        { "an end that was asked for from outside", Shell("kill -TERM $$"), "killed by SIGTERM from outside: Sentinel did not send it", null },
        { "a program that is missing", Shell("nosuchprogram"), "exited with code 127: a program was not found", "nosuchprogram: not found" },
        { "a program that may not be run", Shell("/etc/passwd"), "exited with code 126: a program could not be executed", "/etc/passwd" },
        { "a code that stands for a signal", Shell("exit 143"), "exited with code 143, which stands for SIGTERM", null },
        { "too few files", ["--limit", "nofile=10", .. Python("a = [open('/dev/null') for i in range(50)]")], "--limit nofile=10 was reached", "Too many open files" },
        { "too little memory", ["--limit", "as=300000000", .. Python("x = bytearray(10**9)")], "--limit as=300000000 was reached", "MemoryError" },
        { "too much CPU", ["--limit", "cpu=1", .. Shell("while :; do :; done")], "--limit cpu=1 was reached", null },
        { "a file that is too large", ["--limit", "fsize=100", "--", "python3", "-c", "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL); open('f', 'w').write('x' * 1000)"], "--limit fsize) was reached", null },
        { "a traceback", Python("def f(): raise KeyError('url')\nf()"), "exited with code 1", "KeyError: 'url'" },
        { "a module that is missing", Python("import nosuchmodule"), "exited with code 1", "ModuleNotFoundError: No module named 'nosuchmodule'" },
        { "a variable that is missing", Python("import os; os.environ['DATABASE_URL']"), "exited with code 1", "KeyError: 'DATABASE_URL'" },
        { "a file that is missing", Python("open('settings.toml')"), "exited with code 1", "FileNotFoundError: [Errno 2] No such file or directory: 'settings.toml'" },
        { "what goes into the background", Shell("sleep 1000 & exit 0"), "it put itself into the background and left sleep", null },
        { "one that watches its standard input", ["--", "sh", "-c", "read line; exit 0", "--watch"], "its standard input is /dev/null", null },
        { "a health check", ["--restart", "--health-exec", "sh -c 'echo no db; exit 1'", "--health-interval", "0.2", "--health-failures", "1", "--", "sleep", "1000"], "unhealthy: no db", null },
        { "a lease", ["--ttl", "1s", "--", "sleep", "1000"], "its lease is over: its --ttl of 1s has expired", null },
        { "one that is never ready", ["--ready-log", "never", "--startup-timeout", "0.2", .. Shell("echo 'waiting for the queue'; exec sleep 1000")], "it was not ready after 0.2 s", "waiting for the queue" },
    };

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task The_first_lines_name_the_cause(string death, string[] command, string cause, string? said)
    {
        Assert.NotEmpty(death);
        if (command.Contains("python3"))
            Needs.Program("python3");
        await using var home = new SentinelHome();
        await home.StartDaemon();

        (await home.Run(["run", "--name", "it", .. command])).Ok();

        IReadOnlyList<string> first = [];
        await Wait.Until(
            async () => (first = [.. (await home.Run("why", "it")).Ok().Lines.Take(2)]) is [var head, ..] && head.Contains(cause, StringComparison.Ordinal),
            () => $"the first line says '{cause}':\n{string.Join('\n', first)}");
        if (said is not null)
            Assert.Contains(said, first[1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_that_is_taken_is_named_with_who_has_it(bool byOurs)
    {
        Needs.Program("python3");
        await using var home = new SentinelHome();
        await home.StartDaemon();
        using var server = new TestServer("200 OK");
        var port = new Uri(server.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (byOurs)
        {
            port = await PortTests.FreePort(home);
            await home.Start("holder", SentinelHome.Actor, "serve", port);
            await Wait.Until(async () => (await home.Run("probe", $"127.0.0.1:{port}")).ExitCode == 0, () => "it listens");
        }

        (await home.Run(["run", "--name", "late", .. Python($"import socket; socket.create_server(('127.0.0.1', {port}))")])).Ok();
        (await home.Run("wait", "late")).Fails(1);

        var first = (await home.Run("why", "late")).Ok().Lines[0];
        Assert.Contains(byOurs ? $"port {port} is taken by holder (id: " : $"port {port} is taken by ", first);
        Assert.Contains(byOurs ? "pid: " : $"(pid {Environment.ProcessId})", first);
    }

    [Fact]
    public async Task One_that_the_user_stopped_was_stopped_by_them()
    {
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        (await home.Run("stop", "web")).Ok();

        var why = (await home.Run("why", "web")).Ok().Lines;

        Assert.EndsWith(": the user stopped it (SIGTERM)", why[0]);
        Assert.Equal("  It stays stopped until 'sentinel start web'.", why[1]);
    }

    private static string[] Shell(string script) => ["--", "sh", "-c", script];

    private static string[] Python(string script) => ["--", "python3", "-c", script];
}
