using Sentinel.Core.Projects;
using Sentinel.Linux.Files;

namespace Sentinel.Tests.Projects;

public sealed class ProblemTests
{
    [Theory]
    // Keys.
    [InlineData("[process.a]\nrunn = \"x\"\nrun = \"x\"", "2:1: there is no key 'runn'; did you mean 'run'?")]
    [InlineData("[process.a]\ncommand = \"x\"\nrun = \"x\"", "2:1: there is no key 'command'; did you mean 'run'?")]
    [InlineData("[process.a]\ncomand = \"x\"\nrun = \"x\"", "2:1: there is no key 'comand'; did you mean 'run'?")]
    [InlineData("environment = 3", "1:1: there is no key 'environment'; did you mean 'env'?")]
    [InlineData("[process.a]\nrun = \"x\"\nstop_timeout = 3", "3:1: there is no key 'stop_timeout'; did you mean 'stop-timeout'?")]
    [InlineData("[process.a]\nrun = \"x\"\ngroup = \"b\"", "3:1: there is no key 'group': the project is the group of its processes")]
    [InlineData("[hosts]\na = 3", "2:5: a takes a text or a list of texts, not 3")]
    [InlineData("[hosts]\na = \"-x\"", "2:5: '-x' would be an option of ssh, and not a machine")]
    [InlineData("[hosts]\na = \"m1\"\n[process.b]\nrun = \"x\"\nhosts = \"m2\"", "5:9: [hosts] has no 'm2'; it has a, m1")]
    [InlineData("[process.b]\nrun = \"x\"\nhosts = [\"a b\"]", "3:10: 'a b' cannot be a machine: ssh takes a name of its config, HOST or USER@HOST")]
    [InlineData("[process.a]\nrun = \"x\"\nname = \"b\"", "3:1: there is no key 'name': a process has the name of its table: [process.web]")]
    [InlineData("[process.a]\nrun = \"x\"\nttl = \"2h\"", "3:1: there is no key 'ttl': a lease is given by 'sentinel run' and 'sentinel set'")]
    [InlineData("[hook.alarm]\non = 3", "2:6: on takes a text or a list of texts, not 3")]
    [InlineData("[proces.a]", "1:2: there is no key 'proces'; did you mean 'process'?")]
    [InlineData("[defaults]\nlike = \"a\"", "2:1: like is for a process, not for all of them")]
    [InlineData("[defaults]\nnise = 3", "2:1: there is no key 'nise'; did you mean 'nice'?")]
    [InlineData("[process.a]\nrun = \"x\"\nunset = [\"restrat\"]", "3:10: there is no key 'restrat'; did you mean 'restart'?")]
    // Types.
    [InlineData("name = 3", "1:8: name takes a text, not 3")]
    [InlineData("process = 3", "1:11: process takes a table of processes: [process.web], not 3")]
    [InlineData("[[process]]\nrun = \"x\"", "1:3: process takes a table of processes: [process.web], not a list")]
    [InlineData("process.a = \"x\"", "1:13: a process is a table, [process.a] or a = { run = \"...\" }, not 'x'")]
    [InlineData("defaults = []", "1:12: defaults takes a table, not a list")]
    [InlineData("env = [\"A=1\"]", "1:7: env takes a table of names and values, not a list")]
    [InlineData("env = { A = [] }", "1:13: A takes a text, not a list")]
    [InlineData("env = { A = 2024-01-01 }", "1:13: A takes a text, not a date or time")]
    [InlineData("[process.a]\nrun = true", "2:7: run takes a command line or a list of words, not true")]
    [InlineData("[process.a]\nrun = [1]", "2:7: run takes a command line or a list of words, not a list")]
    [InlineData("[process.a]\nrun = \"x\"\nready-notify = \"yes\"", "3:16: ready-notify takes true or false, not 'yes'")]
    [InlineData("[process.a]\nrun = \"x\"\nnice = \"much\"", "3:8: nice takes a whole number, not 'much'")]
    [InlineData("[process.a]\nrun = \"x\"\nstop-timeout = \"soon\"", "3:16: stop-timeout takes seconds, as a number or such as \"90s\", \"500ms\", \"2h\", not 'soon'")]
    [InlineData("[process.a]\nrun = \"x\"\nport = { http = true }", "3:17: http takes a port (5432, \"5432+\", \"auto\"), not true")]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = 3", "3:9: needs takes a name, a table with a name, or a list of these, not 3")]
    // Values.
    [InlineData("name = \"a/b\"", "1:8: 'a/b' cannot be the name of a project: a name has 1 to 64 characters, is not a number, and has no slash, control character or character that reverses text")]
    [InlineData("[process.7]\nrun = \"x\"", "1:10: '7' cannot be the name of a process: a name has 1 to 64 characters, is not a number, and has no slash, control character or character that reverses text")]
    [InlineData("[process.a]\nrun = \"\"", "2:7: the command is empty")]
    [InlineData("[process.a]\nrun = []", "2:7: the command is empty")]
    [InlineData("[process.a]\nrun = \"x 'y\"", "2:7: the command line has a ' that is not closed")]
    [InlineData("[process.a]\n", "1:10: a has nothing to run: give it run = \"COMMAND\", or like = \"OTHER\"")]
    [InlineData("[process.a]\nrun = \"x\"\nnice = 50", "3:8: nice takes a number from -20 to 19, not '50'")]
    [InlineData("[process.a]\nrun = \"x\"\nrestart = \"sometimes\"", "3:11: restart takes always, on-failure or no, not 'sometimes'")]
    [InlineData("[process.a]\nrun = \"x\"\nstop-signal = \"FOO\"", "3:15: there is no signal 'FOO'; 'kill -l' lists all signals")]
    [InlineData("[process.a]\nrun = \"x\"\ninstances = 0", "3:13: instances takes a number from 1 to 1000, not 0")]
    [InlineData("[process.a]\nrun = \"x\"\nport = 70000", "3:8: port takes a number from 1 to 65535, not '70000'")]
    [InlineData("[process.a]\nrun = \"x\"\nenv = { \"B C\" = 1 }", "3:17: 'B C' cannot be the name of a variable: it contains a space, a control character or =")]
    [InlineData("env = { SENTINEL_ID = 1 }", "1:23: SENTINEL_ID is set by sentinel itself")]
    [InlineData("[process.a]\nrun = \"x\"\ncwd = \"\"", "3:7: cwd takes a folder, not ''")]
    [InlineData("[process.a]\nrun = \"x\"\ncwd = \"a\\u0000\"", "3:7: a path cannot contain the character NUL")]
    [InlineData("[process.a]\nrun = \"x\"\nimage = \"\"", "3:9: image takes the name of a container image, such as \"registry.example/shop/api:2\", not ''")]
    [InlineData("[process.a]\nrun = \"x\"\nimage = \"a b\"", "3:9: image takes the name of a container image, such as \"registry.example/shop/api:2\", not 'a b'")]
    [InlineData("[process.a]\nrun = \"x\"\nimage = [\"a\"]", "3:9: image takes a text, not a list")]
    [InlineData("[process.a]\nimage = \"a\"", "1:10: a has nothing to run: give it run = \"COMMAND\", or like = \"OTHER\"")]
    [InlineData("[process.a]\nrun = \"x\"\nprofile = [\"a/b\"]", "3:12: 'a/b' cannot be the name of a profile: a name has 1 to 64 characters, is not a number, and has no slash, control character or character that reverses text")]
    [InlineData("[process.a]\nrun = \"x\"\nmax-restarts = 3", "3:16: max-restarts needs restart")]
    [InlineData("[process.a]\nrun = \"x\"\nhealth-interval = 3", "3:19: health-interval needs a health check: health-http, health-tcp, health-exec or health-notify")]
    [InlineData("[process.a]\nrun = \"x\"\nready-log = \"a\"\nready-notify = true", "4:16: ready-log and ready-notify exclude each other; use one of them")]
    [InlineData("[process.a]\nrun = \"x\"\npid-file = \"p\"\ninstances = 2", "3:12: pid-file names one file, and each of several instances needs its own")]
    // Neighbours.
    [InlineData("[process.api]\nrun = \"x\"\nneeds = \"mial\"\n[process.mail]\nrun = \"y\"", "3:9: there is no process 'mial'; did you mean 'mail'?")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = { name = \"mail\" }", "3:9: there is no process 'mail'")]
    [InlineData("[process.api]\nrun = \"x\"\nafter = [\"mail\"]", "3:10: there is no process 'mail'")]
    [InlineData("[process.api]\nrun = \"x\"\nlike = \"apj\"", "3:8: there is no process 'apj'; did you mean 'api'?")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = { until = \"ready\" }", "3:9: a need has no name: { name = \"db\" }")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = { name = \"x/y\", untill = \"ready\" }", "3:25: there is no key 'untill'; did you mean 'until'?")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = { name = \"x/y\", bound = 1 }", "3:33: bound takes true or false, not 1")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = { name = \"x/y\", until = 3 }", "3:33: until takes started, ready, healthy, done, ended, port, { file = \"PATH\" } or { log = \"REGEX\" }, not 3")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = [\"x/y\", \"x/y:done\"]", "3:10: needs x/y is given twice")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = { name = \"x/y\", until = \"reddy\" }", "3:9: the conditions are started, ready, healthy, done, ended, port, file:PATH and log:REGEX, not 'reddy'")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = \"x/y:reddy\"", "3:9: the conditions are started, ready, healthy, done, ended, port, file:PATH and log:REGEX, not 'reddy'")]
    [InlineData("[process.api]\nrun = \"x\"\nneeds = \"x/y,optoinal\"", "3:9: after a name there may be optional, restart or bound, not 'optoinal'")]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = \"b:healthy\"\n[process.b]\nrun = \"y\"", "3:9: b is never healthy: it has no health check, such as health-http")]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = \"b:done\"\n[process.b]\nrun = \"y\"", "3:9: b is never done: it is a service; give it type = \"task\", or wait until it is ready")]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = \"b:ready\"\n[process.b]\nrun = \"y\"\ntype = \"task\"", "3:9: b is never ready: it is a task; wait until it is done")]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = \"b:ended\"\n[process.b]\nrun = \"y\"\nrestart = true", "3:9: b never ends for good: it is restarted whenever it ends; give it restart = \"on-failure\", or wait until it is ready")]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = \"a\"", "3:9: these wait for each other: a needs a")]
    [InlineData("[process.a]\nrun = \"x\"\nneeds = \"b\"\n[process.b]\nrun = \"x\"\nneeds = { name = \"c\", optional = true }\n[process.c]\nrun = \"x\"\nafter = \"a\"", "9:9: these wait for each other: a needs b needs c comes after a")]
    [InlineData("[process.a]\nlike = \"b\"\n[process.b]\nlike = \"a\"", "4:8: processes are like each other: a is like b is like a")]
    // What two cannot both have.
    [InlineData("[process.a]\nrun = \"x\"\nport = 5432\n[process.b]\nrun = \"y\"\nport = { http = 5432 }", "6:17: 5432 is the port of a already; \"5432+\" is that one or the next that is free")]
    [InlineData("[process.a]\nrun = \"x\"\nport = { x = 5432, y = 5432 }", "3:24: 5432 is the port of a already; \"5432+\" is that one or the next that is free")]
    [InlineData("[process.a]\nrun = \"x\"\ninstances = 2\nport = 5432", "4:8: 5432 is one port, and each instance needs its own; \"5432+\" gives each the next that is free")]
    [InlineData("[process.a-2]\nrun = \"x\"\n[process.a]\nrun = \"x\"\ninstances = 2", "1:10: a-2 is the name of an instance of a already")]
    // What is no TOML.
    [InlineData("[process.a]\nrun = ", "2:7: unexpected token `<eof>` for a value")]
    [InlineData("name = \"a\"\nname = \"b\"", "2:1: 'name' is there already, in line 1")]
    [InlineData("[process.a]\nrun = \"x\"\n\n[process.a]\nnice = 3", "4:1: 'process.a' is there already, in line 1")]
    public void What_is_wrong_is_said_with_its_place(string text, string said) => Assert.Contains($"sentinel.toml:{said}", Read.Problems(text));

    [Theory]
    [InlineData("{ \"name\": 3 }", "1:11: name takes a text, not 3")]
    [InlineData("{\n  \"näme\": 1, \"proces\": {}\n}", "2:14: there is no key 'proces'; did you mean 'process'?")]
    [InlineData("{ \"name\": \"a\",\n \"name\": \"b\" }", "2:2: 'name' is there already, in line 1")]
    [InlineData("{ \"name\": null }", "1:11: name takes a text, not null")]
    [InlineData("{ \"name\": \"\\ud800\" }", "1:11: the text is not valid Unicode")]
    [InlineData("[]", "1:1: a project's file is a table, not a list")]
    [InlineData("{ \"name\": ", "1:11: expected depth to be zero at the end of the JSON payload")]
    [InlineData("", "1:1: the input does not contain any JSON tokens")]
    public void What_is_wrong_in_JSON_is_said_with_its_place(string json, string said) =>
        Assert.Contains(Read.Problems(("sentinel.json", json)), problem => problem.StartsWith($"sentinel.json:{said}", StringComparison.Ordinal));

    [Fact]
    public void All_that_is_wrong_is_said_once_and_in_order()
    {
        var problems = Read.Problems("""
            [defaults]
            nice = 99
            [process.b]
            run = "x"
            needs = "c"
            [process.a]
            run = "x"
            colour = "red"
            stop-signal = 3
            """);

        Assert.Equal(
            ["sentinel.toml:2:8: nice takes a number from -20 to 19, not '99'", "sentinel.toml:5:9: there is no process 'c'",
             "sentinel.toml:8:1: there is no key 'colour'", "sentinel.toml:9:15: stop-signal takes a text, not 3"],
            problems);
    }

    [Fact]
    public void What_is_right_has_no_problem() => Assert.Empty(Read.Problems("""
        [process.a]
        run = "x"
        needs = [{ name = "b", until = "healthy" }, { name = "gone", optional = true }, "c:ended", "d:ended", "other/x:healthy"]
        instances = 2
        port = "5432+"
        [process.b]
        run = "y"
        health-http = "http://localhost/"
        port = 5432
        [process.c]
        type = "task"
        run = "z"
        restart = true
        port = { http = "5432+", admin = 5433 }
        [process.d]
        run = "z"
        restart = true
        max-restarts = 3
        [process.a-3]
        run = "z"
        [process.a-01]
        run = "z"
        """));

    [Fact]
    public void A_file_that_is_not_there_or_not_text_is_said()
    {
        Assert.Equal("sentinel.toml:1:1: there is no file sentinel.toml", Assert.Single(
            new ProjectReader(new RegularFiles()).Read("/nowhere/sentinel.toml", "sentinel.toml").Problems).ToString());
        Assert.Equal("sentinel.toml:2:3: this is not UTF-8", Assert.Single(Read.Bytes(("sentinel.toml", "a=1\nb=\xff"u8.ToArray()[..^2].Append((byte)0xff).ToArray())).Problems).ToString());
        Assert.NotNull(Read.Bytes(("sentinel.toml", [0xef, 0xbb, 0xbf, .. "name = \"a\""u8])).Project);
    }
}
