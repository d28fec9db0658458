using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class PassedDescriptorTests : IDisposable
{
    private const string Told = "echo $LISTEN_FDS $LISTEN_FDNAMES; [ $LISTEN_PID = $$ ] && echo its own pid; ";

    private readonly Children _children = new();
    private readonly List<SafeFileHandle> _opened = [];

    public void Dispose()
    {
        _opened.ForEach(file => file.Dispose());
        _children.Dispose();
    }

    [Fact]
    public void A_process_gets_them_from_3_on_by_its_own_pid_and_nothing_else_that_is_open()
    {
        // As a library would that forgets to close it on exec.
        using var open = LibC.open("/dev/null", LibC.O_RDONLY, 0);
        var launch = _children.Launch("sh", "-c", Told + "cat <&3; cat <&4; cat <&5; ls /proc/self/fd") with { Descriptors = [File("http"), File("admin"), File("http")] };

        // The last is the folder that ls reads.
        Assert.Equal("3 http:admin:http\nits own pid\nthis is http\nthis is admin\nthis is http\n0\n1\n2\n3\n4\n5\n6\n", _children.Written(launch));
    }

    [Fact]
    public void One_that_is_passed_twice_is_passed_twice_and_stays_ours()
    {
        var http = File("http");
        var launch = _children.Launch("sh", "-c", Told + "cat <&4; ls /proc/self/fd") with { Descriptors = [http, http] };

        Assert.Equal("2 http:http\nits own pid\nthis is http\n0\n1\n2\n3\n4\n5\n", _children.Written(launch));
        Assert.False(http.Handle.IsClosed);
    }

    [Fact]
    public void One_may_have_the_number_with_us_that_another_is_to_get()
    {
        var ours = Enumerable.Range(3, 6).Where(number => LibC.fcntl(number, LibC.F_GETFD, 0) >= 0).Reverse().ToArray();
        var are = ours.Select(number => new FileInfo($"/proc/self/fd/{number}").LinkTarget).ToArray();
        Assert.SkipUnless(are.Distinct().Count() > 1, "the test has nothing open");
        var launch = _children.Launch("sh", "-c", "for fd; do readlink /proc/self/fd/$fd; done", "sh") with
        {
            Descriptors = [.. ours.Select(number => new PassedDescriptor("x", new SafeFileHandle(number, ownsHandle: false)))],
        };
        launch = launch with { Command = new Command([.. launch.Command.Arguments, .. ours.Select((_, i) => $"{3 + i}")], "", Shell: false) };

        Assert.Equal(are, _children.Written(launch).TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Where_none_is_passed_its_environment_is_as_given()
    {
        var launch = _children.Launch("sh", "-c", "echo $LISTEN_PID $LISTEN_FDS $LISTEN_FDNAMES");
        launch = launch with { Environment = launch.Environment.With("LISTEN_PID", "1").With("LISTEN_FDS", "2").With("LISTEN_FDNAMES", "a:b") };

        Assert.Equal("1 2 a:b\n", _children.Written(launch));
    }

    [Fact]
    public void Those_that_its_caller_got_are_not_meant_for_it()
    {
        var launch = _children.Launch("sh", "-c", $"{Told}cat /proc/self/environ | tr '\\0' '\\n' | grep -c ^LISTEN_") with { Descriptors = [File("http")] };
        launch = launch with { Environment = launch.Environment.With("LISTEN_PID", "1").With("LISTEN_FDS", "2").With("LISTEN_FDNAMES", "a:b") };

        Assert.Equal("1 http\nits own pid\n3\n", _children.Written(launch));
    }

    [Fact]
    public void A_script_that_a_shell_has_to_run_is_told_the_pid_of_the_second_try()
    {
        _children.Folder.Write("script", Told, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var launch = _children.Launch(_children.Folder["script"]) with { Descriptors = [File("http")] };

        Assert.Equal("1 http\nits own pid\n", _children.Written(launch));
    }

    [Fact]
    public void They_do_not_get_into_the_way_of_what_is_prepared_for_it()
    {
        var launch = _children.Launch("sh", "-c", Told + "cat <&3; cat /proc/self/oom_score_adj; ulimit -n; nice; ls /proc/self/fd") with
        {
            Descriptors = [File("http")],
            Treatment = new Treatment { OomScoreAdjust = 900, Nice = 7, Limits = [new ResourceLimit("nofile", 99, 99)] },
        };

        Assert.Equal("1 http\nits own pid\nthis is http\n900\n99\n7\n0\n1\n2\n3\n4\n", _children.Written(launch));
    }

    [Fact]
    public void Another_user_gets_them_too()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        var launch = _children.Launch("sh", "-c", Told + "cat <&3; id -u") with
        {
            WorkingDirectory = "/",
            Descriptors = [File("http")],
            Treatment = new Treatment { OomScoreAdjust = 900 },
            Account = new Account("somebody", 12345, 12345, [12345], "/", "/bin/sh"),
        };

        Assert.Equal("1 http\nits own pid\nthis is http\n12345\n", _children.Written(launch));
    }

    [Fact]
    public void Its_output_may_go_into_a_pipe()
    {
        using var looping = new Looping();
        var errands = new Errands(looping.Loop, _children.Spawner, _children.Table);
        var told = new TaskCompletionSource<ErrandResult>();
        var launch = _children.Launch("sh", "-c", Told + "cat <&3") with { Descriptors = [File("http")] };
        looping.On(() => errands.Begin(launch, TimeSpan.FromMinutes(2), told.SetResult));

        var result = Looping.Get(told.Task);

        Assert.Equal("1 http\nits own pid\nthis is http\n", System.Text.Encoding.ASCII.GetString(result.Output.Span));
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    public void A_name_that_could_not_be_told_is_refused(string name)
    {
        using var file = LibC.open("/dev/null", LibC.O_RDONLY, 0);
        Assert.Throws<ArgumentException>(() => new PassedDescriptor(name, file));
    }

    private PassedDescriptor File(string name)
    {
        _opened.Add(LibC.open(_children.Folder.Write(string.Create(CultureInfo.InvariantCulture, $"{_opened.Count}"), $"this is {name}\n"), LibC.O_RDONLY | LibC.O_CLOEXEC, 0));
        return new PassedDescriptor(name, _opened[^1]);
    }
}
