using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class PitchforkTests
{
    private const string File = "pitchfork.toml";

    [Fact]
    public void A_daemon_is_a_process() => Assert.Equal(
        """
        name = "shop"

        [process.db]
        run = "postgres -D data"
        port = "5432+"
        restart = "on-failure"
        max-restarts = 3
        max-memory = "512M"
        ready-exec = "pg_isready"

        [process.api]
        run = '''
        build &&
        exec api --db "${DB_PORT}"'''
        cwd = "cli"
        needs = ["db", "mail-server"]
        port = 4001
        stop-timeout = 20
        stop-signal = "INT"
        ready-log = "Starting .* server"
        env = { URL = "http://127.0.0.1:${MAIL_SERVER_PORT}/", LOG_LEVEL = "debug" }

        [process.mail-server]
        run = "mise x -- mailpit --verbose"
        restart = "on-failure"
        startup-timeout = 3

        """.Replace("\"512M\"", "\"512MB\"").Replace("\"INT\"", "\"SIGINT\""),
        Import.All(File, """"
            namespace = "shop"

            [daemons.db]
            run = "postgres -D data"
            port = { expect = [5432], bump = true }
            retry = 3
            ready_cmd = "pg_isready"
            memory_limit = "512MB"

            [daemons.api]
            dir = "cli"
            run = """
            build &&
            exec api --db "{{ daemons.db.port }}"
            """
            port = 4001
            depends = ["db", "shop/mail-server"]
            ready_output = "Starting .* server"
            stop_signal = { signal = "SIGINT", timeout = "20s" }
            env = {
              URL = "http://127.0.0.1:{{ daemons['mail-server'].port }}/",
              LOG_LEVEL = "debug",
            }

            [daemons.mail-server]
            run = "mailpit --verbose"
            mise = true
            retry = true
            ready_delay = 3

            """"));

    [Fact]
    public void What_sentinel_does_in_another_way_is_told() => Assert.Equal(
        [
            "pitchfork.toml:2: settings.proxy.enable: a setting of pitchfork itself",
            "pitchfork.toml:4: daemons.a.run: its ports are in variables of other names here: the first in PORT, each in that of its name",
            "pitchfork.toml:4: daemons.a.run: templates are not filled in, but for the port of another daemon",
            "pitchfork.toml:6: daemons.a.auto: no shell starts or stops it; 'run --until' lets one end with another",
            "pitchfork.toml:7: daemons.a.watch: it is not taken over; --watch, or watch in sentinel.toml, watches files",
            "pitchfork.toml:8: daemons.a.depends[0]: there is no process gone here to wait for",
            "pitchfork.toml:9: daemons.a.ready_port: ready-tcp and ready-http exclude each other; ready-http was taken",
            "pitchfork.toml:11: daemons.a.ready: nothing in sentinel.toml stands for it",
            "pitchfork.toml:13: groups.x.daemons: the processes of a project are one group: commands take several names, as in 'sentinel stop api worker'",
        ],
        Import.Told(File, """
            [settings.proxy]
            enable = true
            [daemons.a]
            run = "a $PORT0 {{ env.X }}"
            port = { expect = [1, 2] }
            auto = ["start"]
            watch = ["*.go"]
            depends = ["gone"]
            ready_port = 3
            ready_http = "http://localhost:3/"
            ready = { x = 1 }
            [groups.x]
            daemons = ["b"]
            """).OrderBy(line => int.Parse(line.Split(':')[1], null)).ThenBy(line => line));

    [Fact]
    public void Mise_for_all_wraps_each_command() => Assert.Contains(
        "run = \"mise x -- sh -c 'a && b'\"\n",
        Import.All(File, "[settings.general]\nmise = true\n[daemons.a]\nrun = \"a && b\"\n"));

    [Fact]
    public void An_escape_that_is_no_character_is_an_error() =>
        Assert.Equal("pitchfork.toml: an escape in a text is no character", Import.Refusal(File, "x = \"\"\"\\u00"));

    [Fact]
    public void Deep_nesting_is_an_error() =>
        Assert.Equal("pitchfork.toml: lists and tables are nested too deeply", Import.Refusal(File, $"x = {new string('[', 100_000)}"));

    [Theory]
    [InlineData("[daemons.a]\nrun = ")]
    [InlineData("[daemons.a]\nrun = \"a\"\nrun = \"b\"")]
    [InlineData("[daemons.a]\n[daemons.a]")]
    [InlineData("x = \"\\ud800\"")]
    [InlineData("daemons = 1\n[daemons.a]")]
    public void What_is_no_toml_is_an_error_with_its_place(string text) => Assert.Matches(@"^pitchfork\.toml:\d+:\d+: .", Import.Refusal(File, text));
}
