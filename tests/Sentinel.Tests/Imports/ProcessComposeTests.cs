using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

public sealed class ProcessComposeTests
{
    private const string File = "process-compose.yaml";

    [Fact]
    public void A_process_keeps_its_checks_needs_and_rules() => Assert.Equal(
        """
        env-file = [".env"]
        env = { MODE = "dev" }

        [process.DB]
        run = "pg_ctl start -D $DATA"
        cwd = "db"
        stop-command = "pg_ctl stop"
        stop-timeout = 30
        stop-signal = "2"
        ready-exec = "env -u PGHOST pg_isready"
        startup-timeout = 41

        [process.migrate]
        run = "./migrate"
        type = "task"
        needs = "DB"
        restart = "no"

        [process.api]
        run = "./api --port 8080"
        needs = ["migrate", { name = "seed", until = "ended" }]
        instances = 2
        restart = "on-failure"
        max-restarts = 5
        restart-delay = 2
        health-http = "http://localhost:8080/health"
        health-interval = 5
        health-timeout = 2
        health-failures = 20
        ready-log = 'listening\ on\ \(8080\)'
        env = { URL = "http://${HOST}/", TAG = "a$b" }

        [process.seed]
        run = '''
        cat <<EOF
        é "x"
        EOF'''
        profile = ["manual"]

        """,
        Import.All(File, """
            version: "0.5"
            environment: [MODE=dev]
            processes:
              DB:
                command: pg_ctl start -D $$DATA
                working_dir: db
                readiness_probe:
                  exec: { command: env -u PGHOST pg_isready }
                  initial_delay_seconds: 1
                  period_seconds: 2
                  failure_threshold: 20
                shutdown: { command: pg_ctl stop, timeout_seconds: 30, signal: 2 }
              migrate:
                command: ./migrate
                availability: { restart: no }
                depends_on: { DB: { condition: process_healthy } }
              api:
                command: ./api --port 8080
                replicas: 2
                ready_log_line: listening on (8080)
                environment: { URL: "http://$HOST/", TAG: a$$b }
                availability: { restart: on_failure, backoff_seconds: 2, max_restarts: 5 }
                depends_on:
                  migrate: { condition: process_completed_successfully }
                  seed: { condition: process_completed }
                liveness_probe:
                  http_get: { host: localhost, scheme: http, path: /health, port: 8080 }
                  period_seconds: 5
                  timeout_seconds: 2
                  failure_threshold: 20
              seed:
                disabled: true
                command: |
                  cat <<EOF
                  é "x"
                  EOF
            """, beside: new Folder { [".env"] = "" }));

    [Fact]
    public void What_sentinel_does_in_another_way_or_not_at_all_is_told() => Assert.Equal(
        [
            "process-compose.yaml:1: shell: sentinel uses /bin/sh; begin the command with the other shell and -c",
            "process-compose.yaml:2: log_location: sentinel keeps the logs itself",
            "process-compose.yaml:5: processes.a.command: templates are not filled in",
            "process-compose.yaml:6: processes.a.vars: templates are not filled in",
            "process-compose.yaml:7: processes.a.is_daemon: a program that puts itself into the background is followed with pid-file",
            "process-compose.yaml:8: processes.a.working_dir: a folder cannot hold variables",
            "process-compose.yaml:9: processes.a.availability.restart: one that ends does not end the others; 'up --exit-from' does that",
            "process-compose.yaml:9: processes.a.availability.exit_on_end: one that ends does not end the others; 'up --exit-from' does that",
            "process-compose.yaml:10: processes.a.schedule.run_on_start: only its times start it; 'sentinel trigger' runs it at once",
            "process-compose.yaml:11: processes.a.depends_on.tls: there is no process tls here to wait for",
            "process-compose.yaml:12: processes.a.readiness_probe.success_threshold: nothing in sentinel.toml stands for it",
        ],
        Import.Told(File, """
            shell: { shell_command: zsh }
            log_location: ./all.log
            processes:
              a:
                command: x {{.PORT}}
                vars: { PORT: 1 }
                is_daemon: true
                working_dir: ${ROOT}/a
                availability: { restart: exit_on_failure, exit_on_end: true }
                schedule: { cron: "* * * * *", timezone: UTC, run_on_start: true }
                depends_on: { tls: { condition: process_healthy } }
                readiness_probe: { exec: { command: x }, success_threshold: 2 }
            """));

    [Fact]
    public void A_file_that_is_extended_is_read_and_own_keys_win() => Assert.Equal(
        """
        [process.a]
        run = "mine"
        cwd = "base"

        [process.b]
        run = "b"

        """,
        Import.All(File, "extends: base.yaml\nprocesses: { a: { command: mine } }\n", beside: new Folder
        {
            ["base.yaml"] = "processes:\n  a: { command: base, working_dir: base }\n  b: { command: b }\n",
        }));

    [Fact]
    public void A_file_that_is_extended_and_not_there_is_an_error() => Assert.Equal(
        "process-compose.yaml:1:10: base.yaml, which this extends, cannot be read", Import.Refusal(File, "extends: base.yaml"));

    [Fact]
    public void Two_that_extend_each_other_are_an_error() => Assert.Contains(
        "more than 8 files extend each other",
        Assert.Throws<ImportException>(() => Import.Of(File, "extends: a.yaml", beside: new Folder { ["a.yaml"] = "extends: a.yaml" })).Message);

    [Fact]
    public void An_entrypoint_is_passed_as_it_is() => Assert.Contains(
        "run = [\"node\", \"-e\", \"console.log(1)\"]\n", Import.All(File, "processes: { a: { entrypoint: [node, -e, console.log(1)] } }"));

    [Fact]
    public void What_is_for_restarts_is_nothing_where_there_are_none()
    {
        var imported = Import.Of(File, "processes:\n  a:\n    command: x\n    availability: { restart: no, backoff_seconds: 2 }\n");

        Assert.Equal("[process.a]\nrun = \"x\"\nrestart = \"no\"\n", imported.Toml);
        Assert.Equal(["process-compose.yaml:4: processes.a.availability.backoff_seconds: restart-delay has no effect without restart"], imported.NotTaken.Select(note => note.ToString()));
    }

    [Fact]
    public void One_that_is_only_checked_for_its_health_is_waited_for_until_that_is_good() => Assert.Contains(
        "needs = { name = \"b\", until = \"healthy\" }\n",
        Import.All(File, """
            processes:
              a: { command: x, depends_on: { b: { condition: process_healthy } } }
              b: { command: y, liveness_probe: { exec: { command: z } } }
            """));
}
