using System.Text;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

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

        var child = _children.Start(launch);
        Assert.True(SpinWait.SpinUntil(() => _children.Table.SignOf(child.Pid).Cookie == launch.Cookie, TimeSpan.FromMinutes(2)));
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

        AssertRefused(_children.Launch("./script", "now"), $"{_children.Folder.Path}/script is not executable ('chmod +x' makes it so)");
        Assert.True(File.Exists(script));
    }

    [Fact]
    public void A_folder_cannot_be_started() => AssertRefused(_children.Launch("/tmp", "now"), "/tmp is a folder, not a program");

    [Fact]
    public void Nothing_can_be_started_in_a_folder_that_there_is_not() =>
        AssertRefused(_children.Launch("true") with { WorkingDirectory = "/no/such/folder" }, "there is no folder /no/such/folder to run it in");

    [Theory]
    [InlineData("#!/no/such/interpreter\n", "the interpreter /no/such/interpreter, which the first line of * names, does not exist")]
    [InlineData("#! /no/such/interpreter -x", "the interpreter /no/such/interpreter, which the first line of * names, does not exist")]
    [InlineData("#!/tmp\n", "the interpreter /tmp, which the first line of * names, is a folder")]
    [InlineData("#!/bin/sh\r\necho\r\n", "* has Windows line endings, so the system looks for an interpreter with one in its name; 'sed -i \"s/\\r$//\" *' converts them")]
    [InlineData("#!/usr/bin/env sh\r\necho\r\n", "* has Windows line endings, so the system looks for an interpreter with one in its name; 'sed -i \"s/\\r$//\" *' converts them")]
    public void A_script_that_nothing_can_interpret_is_told_by_what_its_first_line_names(string text, string why)
    {
        var script = _children.Folder.Write("script", text, Executable);

        Assert.Equal(why.Replace("*", script), _children.Spawner.WhyNot(_children.Launch(script, "now")));
        if (!text.Contains("env", StringComparison.Ordinal))
            Assert.Throws<SpawnException>(() => _children.Start(_children.Launch(script, "now")));
    }

    [Theory]
    [InlineData(2, 1, 40, "32-bit ARM")]
    [InlineData(1, 2, 8, "MIPS")]
    [InlineData(2, 1, 243, "RISC-V")]
    public void A_program_of_another_machine_is_no_script(int bits, int order, int machine, string name)
    {
        var head = new byte[200];
        (head[0], head[1], head[2], head[3], head[4], head[5]) = (0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)bits, (byte)order);
        (head[18], head[19]) = order == 1 ? ((byte)machine, (byte)(machine >> 8)) : ((byte)(machine >> 8), (byte)machine);
        var program = _children.Folder.Write("program", "", Executable | UnixFileMode.UserWrite);
        File.WriteAllBytes(program, head);

        Assert.StartsWith(
            $"{program} is a program for another machine ({name}), and this is ",
            Assert.Throws<SpawnException>(() => _children.Start(_children.Launch(program, "now"))).Message);
    }

    [Fact]
    public void What_is_neither_text_nor_a_program_is_not_given_to_a_shell()
    {
        var program = _children.Folder.Write("program", "PK\0\0\n", Executable);

        AssertFails(_children.Launch(program, "now"), $"{program} is neither a program for this machine nor a script");
    }

    [Fact]
    public void A_program_whose_loader_there_is_not_is_told_by_it()
    {
        var program = _children.Folder.Write("program", "", Executable | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes("/bin/true");
        var loader = bytes.AsSpan().IndexOf("/lib"u8);
        Assert.SkipUnless(loader is > 0 and < 4000, "the system's programs need no loader");
        bytes[loader + 1] = (byte)'L';
        File.WriteAllBytes(program, bytes);

        Assert.StartsWith($"{program} was made for another C library or system: its loader /Lib", _children.Spawner.WhyNot(_children.Launch(program, "now")));
    }

    [Fact]
    public void A_program_that_was_there_once_is_looked_for_in_the_PATH_of_then()
    {
        var why = _children.Spawner.WhyNot(_children.Launch("no-such-program", "now") with { IsAgain = true });
        Assert.Contains("its PATH is that of its 'run': " + System.Environment.GetEnvironmentVariable("PATH"), why);
        Assert.Contains("--update-env", why);
    }

    [Fact]
    public void What_a_process_is_to_inherit_it_has()
    {
        var launch = _children.Launch("sh", "-c", "ulimit -Sn; ulimit -Sc; nice; cat /proc/self/oom_score_adj; grep NoNewPrivs /proc/self/status") with
        {
            Inherited = "gid=" + Inheritance.Own().Group + (Inheritance.Own().Groups is { Count: > 0 } groups ? " groups=" + string.Join(',', groups) : "")
                + " nice=7 oom=900 no-new-privs=1 limits=nofile=123,core=0",
        };
        Assert.Equal("123\n0\n7\n900\nNoNewPrivs:\t1\n", _children.Written(launch));
        var asked = launch with { Treatment = new Treatment { Nice = 9, Limits = [new ResourceLimit("nofile", 99, 99)] } };
        Assert.EndsWith("99\n0\n9\n900\nNoNewPrivs:\t1\n", _children.Written(asked));
    }

    [Fact]
    public void What_it_cannot_inherit_is_told()
    {
        var launch = _children.Launch("true") with { Inherited = Inheritance.Own().ToString() };
        Assert.Null(_children.Spawner.CannotInherit(launch, Caller.Surroundings));
        Assert.Contains(
            "is in another network namespace than you",
            _children.Spawner.CannotInherit(launch, Caller.Surroundings.Replace("net=net:[", "net=net:[1")));
        Assert.Contains("cannot be read", _children.Spawner.CannotInherit(launch with { Inherited = "nonsense" }, null));
        Assert.Throws<SpawnException>(() => _children.Start(launch with { Inherited = "nonsense" }));
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
