using System.Text;
using Sentinel.Core.Host;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;
using Sentinel.Linux;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class SpawnerTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    private readonly Children _children = new();

    public void Dispose() => _children.Dispose();

    [Fact]
    public void A_program_gets_its_arguments_as_they_are() =>
        Assert.Equal(
            "a b\n'\"$HOME\n\n日本\n",
            _children.Written(_children.Launch("printf", "%s\\n", "a b", "'\"$HOME", "", "日本")));

    [Fact]
    public void An_argument_may_be_100_KB_long()
    {
        var argument = new string('x', 100 * 1024);

        Assert.Equal(argument, _children.Written(_children.Launch("printf", "%s", argument)));
    }

    [Fact]
    public void What_it_writes_is_appended_to_its_own_files_which_nobody_else_may_read()
    {
        var launch = _children.Launch("sh", "-c", "echo out; echo err >&2");
        _children.Written(launch);
        _children.Written(launch);

        Assert.Equal("out\nout\n", File.ReadAllText(launch.StdoutPath));
        Assert.Equal("err\nerr\n", File.ReadAllText(launch.StderrPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(launch.StdoutPath));
        Assert.Equal(Executable | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.GetDirectoryName(launch.StdoutPath)!));
    }

    [Fact]
    public void It_runs_in_its_folder_with_the_callers_mask() =>
        Assert.Equal(
            $"{_children.Folder.Path}\n0027\n",
            _children.Written(_children.Launch("sh", "-c", "pwd; umask") with { Umask = 0b000_010_111 }));

    [Fact]
    public void It_reads_nothing_from_our_input() => Assert.Equal("", _children.Written(_children.Launch("cat")));

    [Fact]
    public void It_leads_a_session_of_its_own()
    {
        var identity = _children.Start("sleep", "60");

        var seen = _children.Table.Look(identity)!.Value;
        Assert.Equal((identity.Pid, Environment.ProcessId, false), (seen.Session, seen.Parent, seen.HasEnded));
    }

    [Fact]
    public void It_is_known_by_its_cookie_and_not_by_that_of_whoever_started_it()
    {
        var launch = _children.Launch("sleep", "60");
        launch = launch with { Environment = launch.Environment.With(Cookie.Variable, "another's") };

        Assert.Equal(launch.Cookie, _children.Table.CookieOf(_children.Start(launch).Pid));
    }

    [Fact]
    public void Its_environment_is_the_given_one_byte_for_byte_behind_the_cookie()
    {
        byte[] given = [.. Encoding.ASCII.GetBytes("PATH=/usr/bin:/bin\0ODD="), 0xff, 0xfe, (byte)'=', 0];
        var launch = _children.Launch("cat", "/proc/self/environ") with { Environment = new EnvironmentBlock(given) };
        _children.Written(launch);

        Assert.Equal(
            [.. Encoding.ASCII.GetBytes($"SENTINEL_COOKIE={launch.Cookie}\0"), .. given],
            File.ReadAllBytes(launch.StdoutPath));
    }

    [Fact]
    public void It_inherits_no_descriptor_of_ours()
    {
        // As a library would that forgets to close it on exec.
        using var open = LibC.open("/dev/null", LibC.O_RDONLY, 0);

        // The fourth is the folder that ls reads.
        Assert.Equal("0\n1\n2\n3\n", _children.Written(_children.Launch("ls", "/proc/self/fd")));
    }

    [Fact]
    public void It_ignores_and_blocks_no_signal_though_we_do() =>
        Assert.Equal(
            "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n",
            _children.Written(_children.Launch("grep", "-E", "SigBlk|SigIgn", "/proc/self/status")));

    [Fact]
    public void A_script_that_names_no_interpreter_is_run_by_a_shell_with_its_arguments()
    {
        _children.Folder.Write("script", "echo $0 $1 $#\n", Executable);

        Assert.Equal($"{_children.Folder["script"]} a b 1\n", _children.Written(_children.Launch(_children.Folder["script"], "a b")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void A_program_that_ends_at_once_has_been_started_all_the_same(int code) =>
        Assert.Equal(new Exit.Code(code), _children.End(_children.Start("sh", "-c", $"exit {code}")));

    [Fact]
    public void A_program_that_there_is_not_cannot_be_started() =>
        AssertRefused(_children.Launch("no-such-program", "now"), "there is no program 'no-such-program' in PATH");

    [Fact]
    public void A_file_that_is_not_executable_cannot_be_started()
    {
        var script = _children.Folder.Write("script", "echo\n");

        AssertRefused(_children.Launch("./script", "now"), $"{_children.Folder.Path}/./script is not executable ('chmod +x' makes it so)");
        Assert.True(File.Exists(script));
    }

    [Fact]
    public void A_folder_cannot_be_started() => AssertRefused(_children.Launch("/tmp", "now"), "/tmp is a folder, not a program");

    [Fact]
    public void Nothing_can_be_started_in_a_folder_that_there_is_not() =>
        AssertRefused(_children.Launch("true") with { WorkingDirectory = "/no/such/folder" }, "there is no folder /no/such/folder to run it in");

    [Fact]
    public void A_script_whose_interpreter_there_is_not_fails_when_it_is_started()
    {
        var script = _children.Folder.Write("script", "#!/no/such/interpreter\n", Executable);

        AssertFails(_children.Launch(script, "now"), $"cannot execute {script}: No such file or directory");
    }

    [Fact]
    public void An_argument_that_is_too_long_for_the_system_fails_when_it_is_started()
    {
        var e = Assert.Throws<SpawnException>(() => _children.Start("printf", new string('x', 1024 * 1024)));

        Assert.EndsWith(": Argument list too long", e.Message);
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(_children.Folder["logs/stdout"]);

        AssertFails(_children.Launch("true"), $"cannot open {_children.Folder["logs/stdout"]}: Is a directory");
    }

    // Known before, and when it is tried all the same.
    private void AssertRefused(Launch launch, string why)
    {
        Assert.Equal(why, _children.Spawner.WhyNot(launch));
        AssertFails(launch, why);
    }

    private void AssertFails(Launch launch, string why) =>
        Assert.Equal(why, Assert.Throws<SpawnException>(() => _children.Start(launch)).Message);
}
