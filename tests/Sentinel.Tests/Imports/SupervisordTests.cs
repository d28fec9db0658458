using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class SupervisordTests
{
    private const string File = "supervisord.conf";

    [Fact]
    public void A_program_is_a_process() => Assert.Equal(
        """
        env = { LANG = "C" }

        [process.web]
        run = "gunicorn -b :8000 app:app"
        cwd = "/srv/app"
        instances = 3
        user = "www"
        umask = "022"
        restart = "always"
        max-restarts = 5
        success-codes = "0,2"
        stop-timeout = 30
        stop-signal = "INT"
        stop-mode = "tree"
        startup-timeout = 10
        env = { LOG_CHANNEL = "stderr", PATH = "/opt/bin:${PATH}", PRICE = "5$" }

        [process.jobs]
        run = "php artisan queue:work"
        profile = ["manual"]
        restart = "on-failure"

        """,
        Import.All(File, """
            ; comment
            [supervisord]
            environment=LANG=C
            [program:web]
            command = gunicorn -b :8000 app:app ; comment
            directory=/srv/app
            process_name=%(program_name)s_%(process_num)02d
            numprocs=3
            user=www
            umask=022
            autostart=true
            autorestart=true
            startsecs=10
            startretries=5
            exitcodes=0, 2
            stopsignal=INT
            stopwaitsecs=30
            stopasgroup=true
            killasgroup=true
            environment=LOG_CHANNEL="stderr",PATH="/opt/bin:%(ENV_PATH)s",
              PRICE="5$"
            stdout_logfile=/dev/stdout
            stdout_logfile_maxbytes=0
            stderr_logfile=/dev/fd/2
            stderr_logfile_maxbytes=0
            [program:jobs]
            command: php artisan queue:work
            autostart=false
            """));

    [Theory]
    [InlineData("sh -c \"sleep 1; exec x\"", "run = \"sleep 1; exec x\"")]
    [InlineData("bash -c 'a && b'", "run = \"bash -c 'a && b'\"")]
    [InlineData("echo a && b", "run = [\"echo\", \"a\", \"&&\", \"b\"]")]
    [InlineData("%(ENV_HOME)s/bin/x 'a b'", "run = \"\\\"${HOME}/bin/x\\\" 'a b'\"")]
    [InlineData("run %(program_name)s %%d %(here)s/x", "run = \"run a %d ./x\"")]
    [InlineData("run $HOME", "run = [\"run\", \"$HOME\"]")]
    public void A_command_has_no_shell_unless_it_names_one(string command, string run) =>
        Assert.Contains(run + "\n", Import.All(File, $"[program:a]\ncommand={command}\n"));

    [Fact]
    public void One_that_uses_its_number_becomes_several() => Assert.Equal(
        """
        [process.web_08]
        run = "web --port 80008"
        restart = "on-failure"

        [process.web_09]
        run = "web --port 80009"
        restart = "on-failure"

        """,
        Import.All(File, "[program:web]\ncommand=web --port 80%(process_num)03d\nnumprocs=2\nnumprocs_start=8\n"));

    [Fact]
    public void The_lower_priority_starts_first()
    {
        var toml = Import.All(File, "[program:c]\ncommand=c\n[program:b]\ncommand=b\npriority=5\n[program:a]\ncommand=a\npriority=1\n[program:a2]\ncommand=a\npriority=1\n");

        Assert.Contains("[process.b]\nrun = \"b\"\nafter = [\"a\", \"a2\"]\n", toml);
        Assert.Contains("[process.c]\nrun = \"c\"\nafter = \"b\"\n", toml);
        Assert.Contains("[process.a]\nrun = \"a\"\nrestart", toml);
    }

    [Fact]
    public void A_pid_proxy_is_a_pid_file() => Assert.Contains(
        "run = \"postfix start\"\nrestart = \"on-failure\"\npid-file = \"/run/x.pid\"\n", Import.All(File, "[program:a]\ncommand=/usr/bin/pidproxy /run/x.pid postfix start\n"));

    [Fact]
    public void Instances_share_no_pid_file() => Assert.Equal(
        ["supervisord.conf:2: program:a.command: it names one file, and each of several instances needs its own"],
        Import.Told("supervisord.conf", "[program:a]\ncommand=pidproxy /run/x.pid a\nnumprocs=2\n"));

    [Fact]
    public void Files_that_are_included_are_read()
    {
        var beside = new Folder { ["conf.d/b.conf"] = "[program:b]\ncommand=b\nzz=1\n", ["conf.d/a.conf"] = "[program:a]\ncommand=a\n", ["conf.d/c.txt"] = "no" };
        var imported = Import.Of(File, "[include]\nfiles = %(here)s/conf.d/*.conf none.conf\n", beside: beside);

        Assert.Contains("[process.a]\n", imported.Toml);
        Assert.Contains("[process.b]\n", imported.Toml);
        Assert.Equal(
            ["supervisord.conf:2: include.files: there is no file none.conf", "conf.d/b.conf:3: program:b.zz: nothing in sentinel.toml stands for it"],
            imported.NotTaken.Select(note => note.ToString()));
    }

    [Fact]
    public void What_sentinel_does_in_another_way_is_told() => Assert.Equal(
        [
            "supervisord.conf:2: supervisord.nodaemon: a setting of supervisord itself",
            "supervisord.conf:3: unix_http_server: a setting of supervisord itself",
            "supervisord.conf:7: program:a.redirect_stderr: both streams have a log of their own; 'logs' shows them in one order",
            "supervisord.conf:8: program:a.stdout_logfile: sentinel keeps the logs itself",
            "supervisord.conf:9: program:a.stderr_logfile: sentinel keeps the logs itself",
            "supervisord.conf:10: eventlistener:l: a listener to events; write it as a [hook.NAME] with on and run",
            "supervisord.conf:12: fcgi-program:f: a program that is handed a socket as its standard input; with 'socket' sentinel hands one on as descriptor 3",
            "supervisord.conf:14: program:none: it has no command",
        ],
        Import.Told(File, """
            [supervisord]
            nodaemon=true
            [unix_http_server]
            file=/x.sock
            [program:a]
            command=a
            redirect_stderr=true
            stdout_logfile=/var/log/a.log
            stderr_logfile=/dev/null
            [eventlistener:l]
            command=l
            [fcgi-program:f]
            command=f
            [program:none]
            user=x
            """));

    [Theory]
    [InlineData("command=x", "supervisord.conf:1:1: there is no section above this")]
    [InlineData("[program:a", "supervisord.conf:1:1: a section is written [name]")]
    [InlineData("[program:a]\ncommand", "supervisord.conf:2:1: a line is written key = value")]
    public void What_is_no_such_file_is_an_error(string text, string said) => Assert.Equal(said, Import.Refusal(File, text));

    [Fact]
    public void A_key_that_comes_again_counts_and_is_told() => Assert.Equal(
        ["supervisord.conf:2: program:a.command: line 3 has it again, and counts"], Import.Told(File, "[program:a]\ncommand=x\ncommand=y\n"));
}
