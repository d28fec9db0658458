namespace Sentinel.EndToEnd;

public class StartupTests
{
    [Fact]
    public async Task Units_are_ones_that_systemd_takes()
    {
        Needs.Program("systemd-analyze");
        await using var home = new SentinelHome();
        foreach (var command in new string[][] { [], ["sh -c 'echo 100%; sleep \"$HOME\"'"], ["--", "/bin/echo", "a b", "", "$x", "%n", "\\", "\"", "-"] })
        {
            var unit = Path.Combine(home.Work, "tried.service");
            File.WriteAllText(unit, (await home.Run(["startup", "systemd", "--system", .. command])).Ok().Stdout);
            var verified = await home.Run(new Call { Through = ["systemd-analyze", "verify", "--man=no", unit], Program = "" });
            Assert.DoesNotContain("tried.service:", verified.Stderr);
        }
    }

    [Theory]
    [InlineData("systemd", "ExecStart=")]
    [InlineData("openrc", "supervisor=supervise-daemon")]
    [InlineData("launchd", "<key>ProgramArguments</key>")]
    [InlineData("cron", "@reboot")]
    public async Task Each_is_printed_for_the_daemon_and_for_a_command(string kind, string holds)
    {
        await using var home = new SentinelHome();
        var daemon = (await home.Run("startup", kind)).Ok().Stdout;
        Assert.Contains(holds, daemon);
        Assert.Contains("daemon", daemon);
        Assert.Contains(home.Folder, daemon);
        var command = (await home.Run("startup", kind, "--name", "web", "sleep 1000")).Ok().Stdout;
        Assert.Contains("/sleep", command);
        Assert.Contains(home.Work, command);
        Assert.False(Directory.Exists(home.Folder));
    }

    [Theory]
    [InlineData("systemd")]
    [InlineData("openrc")]
    [InlineData("launchd")]
    [InlineData("cron")]
    public async Task A_long_line_stays_one_also_on_a_narrow_terminal(string kind)
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        var words = string.Join(' ', Enumerable.Repeat("word", 60));

        Assert.Contains(words, (await home.Run(Terminal.Call(80, "startup", kind, "--", "/bin/echo", words))).Ok().Stdout);
    }

    [Fact]
    public async Task It_is_started_by_the_name_that_stays_when_the_program_behind_it_is_replaced()
    {
        await using var home = new SentinelHome();
        var versioned = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Root, "opt", "1.2.3", "bin")).FullName, "sentinel");
        await home.CopyBinary(versioned);
        var linked = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName, "sentinel");
        File.CreateSymbolicLink(linked, "../opt/1.2.3/bin/sentinel");
        Directory.CreateSymbolicLink(Path.Combine(home.Root, "opt", "current"), "1.2.3");
        var current = Path.Combine(home.Root, "opt", "current", "bin", "sentinel");

        Assert.Contains($"ExecStart={linked} daemon run\n", await Unit(linked));
        Assert.Contains($"ExecStart={current} daemon run\n", await Unit(current));
        // What is found by that name is another program.
        File.Delete(linked);
        await home.CopyBinary(linked);
        Assert.Contains($"ExecStart={versioned} daemon run\n", await Unit(linked));
        File.Delete(linked);
        Assert.Contains($"ExecStart={versioned} daemon run\n", await Unit(linked));

        async Task<string> Unit(string inPath) => (await home.Run(new Call("startup", "systemd")
        {
            Program = versioned,
            Environment = new Dictionary<string, string?> { ["PATH"] = $"{Path.GetDirectoryName(inPath)}:/usr/bin:/bin" },
        })).Ok().Stdout;
    }

    [Fact]
    public async Task Installing_writes_the_unit_and_has_it_enabled()
    {
        await using var home = new SentinelHome();
        var (path, unit, variables) = Systemctl(home, "echo \"$@\" >> calls");

        var installed = (await home.Run(new Call("startup", "systemd", "--user", "--install") { Environment = variables })).Ok();

        Assert.Contains($"Wrote {unit}", installed.Stdout);
        Assert.Equal(["--user show --property=Version", "--user daemon-reload", "--user enable --now sentinel.service"], File.ReadAllLines(Path.Combine(home.Work, "calls")));
        Assert.Equal((await home.Run(new Call("startup", "systemd", "--user") { Environment = variables })).Ok().Stdout, File.ReadAllText(unit));
        // Ours may be written again.
        (await home.Run(new Call("startup", "systemd", "--user", "--install") { Environment = variables })).Ok();

        File.WriteAllText(unit, "[Unit]\n");
        Assert.Contains("Sentinel did not write it", (await home.Run(new Call("startup", "systemd", "--user", "--install") { Environment = variables })).Fails(1).Stderr);
        Assert.Equal("[Unit]\n", File.ReadAllText(unit));
        Assert.NotEmpty(path);
    }

    [Fact]
    public async Task Where_it_cannot_be_enabled_the_unit_is_there_and_what_to_do_is_told()
    {
        await using var home = new SentinelHome();
        var (_, unit, variables) = Systemctl(home, "case $2 in show) ;; *) echo no bus >&2; exit 1 ;; esac");

        var failed = (await home.Run(new Call("startup", "systemd", "--user", "--install") { Environment = variables })).Fails(1);

        Assert.Contains("no bus", failed.Stderr);
        Assert.Contains("systemctl --user enable --now sentinel.service", failed.Stderr);
        Assert.True(File.Exists(unit));
    }

    [Fact]
    public async Task Where_systemd_does_not_answer_nothing_is_written()
    {
        await using var home = new SentinelHome();
        var (_, unit, variables) = Systemctl(home, "echo no bus >&2; exit 1");

        var failed = (await home.Run(new Call("startup", "systemd", "--user", "--install") { Environment = variables })).Fails(1);

        Assert.Contains("systemd does not answer here, and nothing was written: 'systemctl --user show --property=Version' failed: no bus", failed.Stderr);
        Assert.False(File.Exists(unit));
    }

    [Fact]
    public async Task A_unit_that_starts_what_is_no_longer_there_is_told_by_doctor()
    {
        await using var home = new SentinelHome();
        var (folder, unit, variables) = Systemctl(home, "true");
        var program = Path.Combine(folder, "my server");
        File.Copy("/bin/true", program);
        (await home.Run(new Call("startup", "systemd", "--user", "--install", $"'{program}'") { Environment = variables })).Ok();
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(unit)!, "another's.service"), "[Service]\nExecStart=/nowhere\n");
        Assert.Contains($"{unit} starts a program that exists", await Doctor());

        File.Delete(program);

        Assert.Contains($"{unit} starts nothing: there is no program {program}", await Doctor());

        async Task<string> Doctor() => (await home.Run(new Call("doctor", "--json") { Environment = variables })).Stdout;
    }

    [Theory]
    [InlineData("systemd", "--name", "a/b")]
    [InlineData("systemd", "--user", "--system")]
    [InlineData("cron", "--install")]
    [InlineData("upstart")]
    [InlineData("launchd", "", "web")]
    public async Task What_makes_no_sense_is_refused(params string[] words)
    {
        await using var home = new SentinelHome();
        Assert.Empty((await home.Run(["startup", .. words])).Fails(2).Stdout);
    }

    [Fact]
    public async Task A_program_that_there_is_not_is_no_service()
    {
        await using var home = new SentinelHome();
        Assert.Contains("no program 'nosuchprogram'", (await home.Run("startup", "systemd", "nosuchprogram")).Fails(1).Stderr);
    }

    internal static (string Path, string Unit, Dictionary<string, string?> Variables) Systemctl(SentinelHome home, string script)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName;
        var program = Path.Combine(folder, "systemctl");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var config = Path.Combine(home.Root, "config");
        return (folder, Path.Combine(config, "systemd", "user", "sentinel.service"), new()
        {
            ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}",
            ["XDG_CONFIG_HOME"] = config,
        });
    }
}
