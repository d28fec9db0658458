using Sentinel.Core.Environments;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Logs;
using Sentinel.Tests.Supervision;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Environments;

public sealed class ProcessEnvironmentsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SentinelHome _home;
    private ProcessRecord _record;
    private State _state = State.Empty;

    public ProcessEnvironmentsTests()
    {
        _home = new SentinelHome(_folder["home"]);
        Directory.CreateDirectory(_home.Folder);
        Directory.CreateDirectory(_folder["work"]);
        var caller = MadeUpSentinel.EnvironmentOf("V=run\0KEPT=1");
        _state = _state.With(caller);
        _record = new ProcessRecord
        {
            Id = 7,
            Spec = MadeUpSentinel.Request("web").Spec with { Environment = caller.Key, WorkingDirectory = _folder["work"] },
            Cookie = "cookie",
            LogName = "web",
            State = new RunState.Stopped(Clock.Start),
        };
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_layer_is_above_those_before_it()
    {
        Assert.Equal(("run", "run"), Seen());
        Write("home/.env", "V=home");
        Assert.Equal(("home", $"{_folder["home/.env"]}:1"), Seen());
        Write("work/.env", "A=1\nV=work");
        Assert.Equal(("work", $"{_folder["work/.env"]}:2"), Seen());
        Write("group.env", "V=group file");
        var group = new Group("front", Clock.Start) { EnvironmentFiles = [_folder["group.env"]] };
        _state = _state.With(group);
        _record = _record with { Spec = _record.Spec with { Group = "front" } };
        Assert.Equal(("group file", $"{_folder["group.env"]}:1"), Seen());
        _state = _state.With(group with { Variables = MadeUpSentinel.EnvironmentOf("V=group") });
        Assert.Equal(("group", "group front"), Seen());
        Write("one.env", "V=one");
        Write("two.env", "V=two");
        _record = _record with { Spec = _record.Spec with { EnvironmentFiles = [_folder["one.env"], _folder["two.env"]] } };
        Assert.Equal(("two", $"{_folder["two.env"]}:1"), Seen());
        _record = _record with { Spec = _record.Spec with { Variables = MadeUpSentinel.EnvironmentOf("V=option") } };
        Assert.Equal(("option", "--env"), Seen());
        _record = _record with { Spec = _record.Spec with { Ports = [new PortRequest("http", "V")] } };
        _state = _state.With(new PortLease(8000, "http", Clock.Start, 7));
        Assert.Equal(("8000", "port http"), Seen());
    }

    [Fact]
    public void Who_runs_as_another_has_that_ones_home_above_the_callers()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root runs processes as others");
        _record = _record with { Spec = _record.Spec with { Treatment = new Treatment { User = "0" }, Variables = MadeUpSentinel.EnvironmentOf("SHELL=mine") } };
        var composed = Compose();
        Assert.Equal(("/root", "root", "root", "mine"), (composed.Block["HOME"], composed.Block["USER"], composed.Block["LOGNAME"], composed.Block["SHELL"]));
        Assert.Equal("user", composed.Entries.Single(entry => entry.Name == "HOME").Source.ToString());
        Assert.Equal(0u, composed.Account!.UserId);
    }

    [Fact]
    public void A_file_can_use_what_is_below_it()
    {
        Write("work/.env", "V=${V}-and-${KEPT}");
        Assert.Equal("run-and-1", Seen().Value);
    }

    [Fact]
    public void Every_process_is_told_who_it_is()
    {
        var block = Compose().Block;
        Assert.Equal(("7", "web", "", "cookie"), (block["SENTINEL_ID"], block["SENTINEL_NAME"], block["SENTINEL_GROUP"], block["SENTINEL_COOKIE"]));
    }

    [Fact]
    public void What_was_asked_for_must_be_there_and_readable()
    {
        _record = _record with { Spec = _record.Spec with { EnvironmentFiles = [_folder["web.env"]] } };
        Assert.Equal($"there is no environment file {_folder["web.env"]}", Assert.Throws<EnvironmentException>(Compose).Message);
        Write("web.env", "A=1\nB='2\n");
        Assert.StartsWith($"{_folder["web.env"]}:2: ", Assert.Throws<EnvironmentException>(Compose).Message);
        File.Delete(_folder["web.env"]);
        Directory.CreateDirectory(_folder["web.env"]);
        Assert.Equal(
            $"the environment file {_folder["web.env"]} cannot be read: it is not a regular file", Assert.Throws<EnvironmentException>(Compose).Message);
    }

    [Theory]
    [InlineData("work/.env")]
    [InlineData("home/.env")]
    public void Of_what_nobody_asked_for_the_bad_lines_are_left_out_and_told(string file)
    {
        Write(file, "A=1\n'\nB=2");
        var composed = Compose();
        Assert.Equal(("1", "2"), (composed.Block["A"], composed.Block["B"]));
        Assert.StartsWith($"{_folder[file]}:2: ", Assert.Single(composed.Warnings));
    }

    [Fact]
    public void A_folder_of_that_name_is_nothing()
    {
        Directory.CreateDirectory(_folder["work/.env"]);
        Assert.Empty(Compose().Warnings);
    }

    [Fact]
    public void What_is_no_text_stays_as_it_is()
    {
        var caller = new EnvironmentBlock([.. "\xff=\xfe\0V=1\0V=2\0"u8.ToArray(), 0x41, 0x3d, 0xff, 0xfe, 0]);
        _state = _state.With(caller);
        _record = _record with { Spec = _record.Spec with { Environment = caller.Key } };

        var block = Compose().Block;

        Assert.Contains([0x41, 0x3d, 0xff, 0xfe], block.Entries().Select(entry => entry.ToArray()));
        Assert.Equal("1", block["V"]);
        Assert.Single(block.Names(), name => name == "V");
    }

    [Fact]
    public void Another_user_gets_none_of_the_callers_own_places()
    {
        var caller = MadeUpSentinel.EnvironmentOf(
            "XDG_RUNTIME_DIR=/run/user/0\0MAIL=/var/mail/root\0SSH_AUTH_SOCK=/tmp/ssh/agent\0BUS=unix:path=/run/user/0/bus\0SOCKET=/run/user/0/x\0"
            + "PATH=/run/user/0/bin:/bin\0ENV=production\0LANG=C");
        _state = _state.With(caller);
        _record = _record with { Spec = _record.Spec with { Environment = caller.Key, Treatment = new Treatment { User = "app" } } };

        string[] own = ["XDG_RUNTIME_DIR", "MAIL", "SSH_AUTH_SOCK", "BUS", "SOCKET"];
        Assert.Subset(Names(isAnother: false), own.ToHashSet());
        Assert.DoesNotContain(Names(isAnother: true), own.Contains);
        Assert.Superset(new HashSet<string> { "PATH", "ENV", "LANG", "HOME", "USER" }, Names(isAnother: true));

        // What was asked for stays.
        _record = _record with { Spec = _record.Spec with { Variables = MadeUpSentinel.EnvironmentOf("XDG_RUNTIME_DIR=/run/app") } };
        Assert.Contains("XDG_RUNTIME_DIR", Names(isAnother: true));

        HashSet<string> Names(bool isAnother) =>
            [.. new ProcessEnvironments(_home, new RegularFiles(), new App(isAnother)).Of(_record, _state).Entries.Select(entry => entry.Name)];
    }

    private sealed class App(bool isAnother) : IAccounts
    {
        public Account Find(string user) => new(user, 12345, 12345, [12345], "/home/app", "/bin/sh") { IsAnother = isAnother };
    }

    private ProcessEnvironment Compose() => new ProcessEnvironments(_home, new RegularFiles(), new Accounts()).Of(_record, _state);

    private (string Value, string From) Seen()
    {
        var entry = Assert.Single(Compose().Entries, entry => entry.Name == "V");
        return (entry.Value, entry.Source.ToString());
    }

    private void Write(string file, string content) => File.WriteAllText(_folder[file], content);
}
