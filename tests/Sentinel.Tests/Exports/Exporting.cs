using Sentinel.Core.Exports;
using Sentinel.Core.Projects;
using Sentinel.Tests.Projects;

namespace Sentinel.Tests.Exports;

/// <summary>Projects that tell something, and what they come to.</summary>
internal static class Exporting
{
    public static readonly IReadOnlyDictionary<string, string> Projects = new Dictionary<string, string>
    {
        // All that a small web shop has.
        ["shop"] = """
            name = "shop"
            env-file = ["?.env"]
            env = { LOG_LEVEL = "info" }

            [defaults]
            restart = "always"

            [process.db]
            image = "postgres:16"
            run = "postgres -D /data -p $PORT"
            port = "5432+"
            ready-exec = "pg_isready -p $PORT"
            stop-signal = "INT"
            secret = { POSTGRES_PASSWORD = "file:secrets/db" }
            user = "999:999"

            [process.migrate]
            image = "shop/api:2"
            type = "task"
            restart = false
            run = ["./manage", "migrate", "--yes"]
            needs = "db"

            [process.api]
            image = "shop/api:2"
            run = "dotnet bin/api.dll --price '$5' --pid $$"
            before = "./prepare"
            cwd = "api"
            port = { http = 8080, admin = "auto" }
            url = "http://localhost:$HTTP_PORT/"
            secret = { TOKEN = "cmd:pass shop/token" }
            env = { DATABASE = "postgres://localhost:${DB_PORT}/shop", HOSTED = "${HOSTNAME}", GREETING = "100% {{x}} $HOME" }
            env-file = "api.env"
            needs = ["migrate", { name = "db", restart = true }]
            ready-http = "http://localhost:$HTTP_PORT/ready"
            health-http = "http://localhost:$HTTP_PORT/health?full=1"
            health-interval = 10
            memory-max = "200M"
            cpu-max = "150%"
            pids-max = 100
            max-memory = "150M"
            stop-timeout = "90s"
            max-restarts = 5

            [process.debug]
            image = "shop/debug:1"
            run = "sleep 1000"
            profile = "debug"
            tty = true
            """,

        // What is set of a process, and names that not all engines take.
        ["limits"] = """
            name = "My Limits"

            [process.Worker_2]
            image = "registry.example:5000/worker@sha256:0123"
            run = ["python3", "-u", "worker.py", "two words", "no", "1e3", "$(X)", "${Y}", "%h", "it's", "two\nlines"]
            port = "9000+"
            instances = 3
            restart = "on-failure"
            restart-delay = 0.5
            max-restarts = 2
            restart-window = 60
            after = "über"
            limit = ["nofile=1024:4096", "core=unlimited", "as=1000000"]
            nice = 5
            ionice = "best-effort:7"
            cpu-affinity = "0,2-3"
            oom-score-adj = 100
            umask = "027"
            success-codes = [0, 143]
            no-restart-codes = 78
            stop-command = "kill -QUIT $MAINPID"
            stop-mode = "tree"
            log-max-size = "1M"
            log-backups = 5
            log-compress = true
            user = "worker:staff"
            cwd = "/srv/worker"

            [process."über"]
            image = "ueber"
            run = "exec ueber"
            ready-notify = true
            health-notify = true
            health-interval = 5
            restart = true
            stdin = "open"
            needs = { name = "other/api", optional = true }
            """,

        // What is started by its time or by a connection.
        ["causes"] = """
            name = "causes"

            [process.report]
            image = "report"
            run = "report"
            cron = "30 2 1 * MON-FRI"
            zone = "Europe/Berlin"
            missed = "once"
            missed-window = "2h"
            jitter = "5m"

            [process.poll]
            image = "poll"
            run = "poll"
            every = "90s"
            overlap = "queue"
            instances = 2

            [process.sync]
            image = "sync"
            run = "sync"
            every = "15m"
            align = true
            overlap = "skip"

            [process.last]
            image = "last"
            run = "last"
            cron = "0 12 15W * *"

            [process.cache]
            image = "cache"
            run = "cache"
            restart = "always"
            cron = "@weekly"

            [process.web]
            image = "web"
            run = "web"
            instances = 2
            restart = true
            socket = { http = "*:8080", admin = "127.0.0.1:8081", api = "unix:run/api.sock" }
            user = "web:staff"
            umask = "007"

            [process.worker]
            image = "worker"
            run = "worker"
            socket = "jobs=127.0.0.1:8081"
            on-demand = true
            idle-timeout = 60

            [process.tool]
            image = "tool"
            run = "tool"
            needs = "worker"
            watch = true
            """,

        ["small"] = """
            [process.web]
            image = "nginx:1"
            run = "nginx -g 'daemon off;'"
            port = 80
            restart = true
            restart-delay = 1
            health-tcp = "localhost:80"
            """,
    };

    public static Exported To(string engine, Project project)
    {
        Assert.Empty(Exporter.Problems(project, engine));
        return Exporter.Export(project, engine, new NoContents(_ => false));
    }

    public static Exported To(string engine, string toml) => To(engine, Read.Good(toml));

    /// <summary>The text of the one file.</summary>
    public static string Text(string engine, string toml) => Assert.Single(To(engine, toml).Files).Text;

    /// <summary>All that is written and told.</summary>
    public static string Whole(Exported exported) =>
        string.Concat(exported.Files.Select(file => $"# file: {file.Name}\n{file.Text}\n")) + string.Concat(exported.Shortfalls.Select(told => $"# told: {told}\n"));
}
